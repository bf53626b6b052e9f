/** What can be set, what does it mean, and what is it where nobody sets it: the params of estimator, model and evaluator. */
package io.sparkmics.params;

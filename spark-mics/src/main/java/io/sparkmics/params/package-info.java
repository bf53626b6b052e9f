/** What can be set, what does it mean, and what is it where nobody sets it: the params of the estimator and the model. */
package io.sparkmics.params;

/** What users touch: the estimator, the model that it makes, and the command line. */
package io.sparkmics;

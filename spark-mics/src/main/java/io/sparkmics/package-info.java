/** What do users touch: the estimator, the model that it makes, and the program for the command line. */
package io.sparkmics;

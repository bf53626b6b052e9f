/** What do users touch: estimator, model and evaluator, and the program for the command line. */
package io.sparkmics;

/** What is a multilayer perceptron? Dense layers over a vector of numbers. */
package io.sparkmics.model.perceptron;

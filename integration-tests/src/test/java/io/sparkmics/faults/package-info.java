/** Faults of every kind, done to a training on a real cluster: what does them, and the program that goes through them. */
package io.sparkmics.faults;

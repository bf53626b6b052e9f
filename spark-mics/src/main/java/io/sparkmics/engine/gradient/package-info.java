/** What becomes of gradients: the sum over micro-steps, hop 1, hop 2, and their norm. */
package io.sparkmics.engine.gradient;

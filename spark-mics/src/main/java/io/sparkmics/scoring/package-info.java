/** What does a trained model say of rows and texts: loss and continuation, with the whole model in one JVM. */
package io.sparkmics.scoring;

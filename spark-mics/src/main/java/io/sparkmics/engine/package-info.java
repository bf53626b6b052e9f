/** What is one training step: gather, release, the two hops, the optimizer. Knows communicators and models, no Spark. */
package io.sparkmics.engine;

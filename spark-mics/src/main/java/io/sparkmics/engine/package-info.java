/** One training step: units, gather and release, the two hops, the optimizer. Knows communicators and models, no Spark. */
package io.sparkmics.engine;

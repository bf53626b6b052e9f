/** When is a unit whole, and where? The all-gather, flat or hierarchical, and the arena that it fills. */
package io.sparkmics.engine.gather;

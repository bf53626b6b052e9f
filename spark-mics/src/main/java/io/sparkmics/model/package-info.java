/** Models as lists of units and stages: what users implement, and the architectures that are built in. */
package io.sparkmics.model;

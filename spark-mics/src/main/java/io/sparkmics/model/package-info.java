/** What is trained: models as lists of units and stages, what users implement, and the architectures built in. */
package io.sparkmics.model;

/** Who is where, and how do ranks talk: places, layout, groups, the one exchange, communicators. */
package io.sparkmics.bootstrap;

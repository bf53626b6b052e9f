/** How does a micro-batch pass through one stage, there and back? */
package io.sparkmics.engine.stage;

/** What only the room of scoring knows, beside the real library. */
package io.sparkmics.scoring;

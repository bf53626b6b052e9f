/** What a checkpoint says of itself, and the strict JSON that it says it in. */
package io.sparkmics.checkpoint.manifest;

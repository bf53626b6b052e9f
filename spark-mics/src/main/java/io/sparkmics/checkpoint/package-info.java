/** Saved models on any Hadoop file system, in Hugging Face's layout: safetensors, streamed tensor by tensor. */
package io.sparkmics.checkpoint;

/** What lies on storage: saved models in Hugging Face's layout on any Hadoop file system, streamed tensor by tensor. */
package io.sparkmics.checkpoint;

/** The safetensors format: one writer and one strict reader of tensors, for checkpoints and saved models alike. */
package io.sparkmics.checkpoint.safetensors;

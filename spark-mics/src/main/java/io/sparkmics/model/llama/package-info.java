/**
 * The Llama architecture, and of Qwen 2 and Mistral what is the same: rotary positions, RMS norms, SwiGLU, grouped-query
 * attention. Sources: Touvron et al., "LLaMA: Open and Efficient Foundation Language Models", 2023; Su et al., "RoFormer", 2021;
 * Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019; Ainslie et al., "GQA", 2023.
 */
package io.sparkmics.model.llama;

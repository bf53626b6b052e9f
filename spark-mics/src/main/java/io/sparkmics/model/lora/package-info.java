/**
 * Low-rank adapters: beside a projection that stays as it is stands the product of two small matrices, and only these are
 * trained. Names, shapes and first values are those of Hugging Face's PEFT. Source: Hu et al., "LoRA: Low-Rank Adaptation of
 * Large Language Models", 2021.
 */
package io.sparkmics.model.lora;

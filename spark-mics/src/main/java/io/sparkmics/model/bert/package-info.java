/**
 * The BERT architecture: an encoder whose tokens see each other in both directions, and what it is trained for. Source: Devlin et
 * al., "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding", 2019.
 */
package io.sparkmics.model.bert;

/** Which ids does a text have by another's tokenizer? Knows Spark's columns and nothing of models. */
package io.sparkmics.tokenizer;

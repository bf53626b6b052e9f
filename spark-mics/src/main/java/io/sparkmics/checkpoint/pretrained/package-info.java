/** What lies in a folder of Hugging Face's library that a training can start from? */
package io.sparkmics.checkpoint.pretrained;

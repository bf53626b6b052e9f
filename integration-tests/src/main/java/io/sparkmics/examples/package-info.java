/** Programs as users write them: nothing here knows more than the public API. */
package io.sparkmics.examples;

/** Who is where, and in which groups? Arithmetic only: nothing here talks. */
package io.sparkmics.bootstrap.groups;

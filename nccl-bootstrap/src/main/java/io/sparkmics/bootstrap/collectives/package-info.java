/** What can the ranks of a group do together, and how is it checked, queued and watched? */
package io.sparkmics.bootstrap.collectives;

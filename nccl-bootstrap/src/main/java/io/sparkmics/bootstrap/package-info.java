/** How do the ranks of a barrier stage meet, and what does each know and hold then? */
package io.sparkmics.bootstrap;

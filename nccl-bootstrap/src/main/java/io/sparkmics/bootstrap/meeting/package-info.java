/** How do ranks give each other their first message? */
package io.sparkmics.bootstrap.meeting;

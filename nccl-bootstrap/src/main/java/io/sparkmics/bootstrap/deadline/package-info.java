/** How long does a rank wait, what ends its wait, and who keeps it waiting? */
package io.sparkmics.bootstrap.deadline;

/** How does Spark run a training: what is checked and prepared on the driver, and what comes of it. */
package io.sparkmics.job;

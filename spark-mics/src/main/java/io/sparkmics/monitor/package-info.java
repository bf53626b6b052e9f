/** What do people see of a training: progress while it runs, metrics, a summary and a picture of the loss. */
package io.sparkmics.monitor;

/** What does a command line ask for, and how is it told what went wrong. Knows params, not what is done with them. */
package io.sparkmics.cli;

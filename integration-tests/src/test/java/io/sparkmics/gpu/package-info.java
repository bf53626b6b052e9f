/** What needs one GPU to be seen, and the programs that show it on a machine that has nothing else: see {@code gpu/run.sh}. */
package io.sparkmics.gpu;

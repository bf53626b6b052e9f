/** How many bytes does a rank send, to whom? */
package io.sparkmics.bootstrap.traffic;

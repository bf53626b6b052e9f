/** What has this machine, of all that ranks need, and how is it loaded? Its own libraries, NVIDIA's, GPUs and their names. */
package io.sparkmics.bootstrap.machine;

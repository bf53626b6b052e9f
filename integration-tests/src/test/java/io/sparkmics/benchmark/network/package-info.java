/**
 * What sharding costs where hosts are far apart: hosts that are network namespaces, links that are shaped, and the ways of
 * training beside each other. Linux and root.
 */
package io.sparkmics.benchmark.network;

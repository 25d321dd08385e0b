/**
 * A cluster of ZooKeeper nodes and bookies on one machine, to try things and to test with: {@link
 * dev.durability.bookkeeper.cluster.LocalCluster}. Everything listens on loopback addresses alone,
 * and nobody outside of this machine is told anything.
 */
@NullMarked
package dev.durability.bookkeeper.cluster;

import org.jspecify.annotations.NullMarked;

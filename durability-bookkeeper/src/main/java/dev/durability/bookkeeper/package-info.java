/**
 * The log on Apache BookKeeper: {@link dev.durability.bookkeeper.BookKeeperDirectory} keeps files
 * in replicated ledgers, and their names in ZooKeeper, so that a machine may be lost with its disk.
 */
@NullMarked
package dev.durability.bookkeeper;

import org.jspecify.annotations.NullMarked;

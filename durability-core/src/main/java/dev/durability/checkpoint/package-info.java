/** Snapshots of any size, streamed to files and back in constant memory. */
package dev.durability.checkpoint;

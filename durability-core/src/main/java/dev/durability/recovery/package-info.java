/** Rebuilds a state from the newest usable checkpoint and the entries after it. It only reads. */
package dev.durability.recovery;

/**
 * The write-ahead log: open or resume, append, group commit, rotation, replay, following,
 * truncation and verification.
 */
package dev.durability.wal;

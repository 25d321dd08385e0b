package dev.durability.wal;

/**
 * An entry of the log with its id.
 *
 * @param id the entry id, from 1 without gaps: entry n is the nth that was appended
 * @param entry the entry
 * @param <E> its type
 */
public record WalRecord<E>(long id, E entry) {}

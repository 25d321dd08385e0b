package dev.durability.wal;

/**
 * An entry of the log with its id.
 *
 * @param id the entry id, from 1 without gaps; checkpoint markers take ids too, and are not shown
 * @param entry the entry
 * @param <E> its type
 */
public record WalRecord<E>(long id, E entry) {}

package dev.durability;

/**
 * An update that is encoded and not yet appended.
 *
 * @param entry what {@code apply} gets
 * @param bytes its bytes for the log, from the start of this array; unused once it is appended
 * @param size how many bytes it takes
 */
@SuppressWarnings("ArrayRecordComponent") // Updates are never compared.
record Update<E>(E entry, byte[] bytes, int size) {}

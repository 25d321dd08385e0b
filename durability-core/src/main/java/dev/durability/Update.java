package dev.durability;

/**
 * An update on its way.
 *
 * @param entry what {@code apply} is given
 * @param bytes its bytes as the log takes them, from the start of this array; unused once it is
 *     appended
 * @param size how many bytes it takes
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares updates.
record Update<E>(E entry, byte[] bytes, int size) {}

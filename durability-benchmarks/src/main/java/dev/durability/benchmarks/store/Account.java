package dev.durability.benchmarks.store;

/**
 * An account in memory. What it holds is {@link Accounts#VALUE_BYTES} bytes.
 *
 * @param balance what can be withdrawn
 * @param memo what the last withdrawal said
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
record Account(long balance, byte[] memo) {}

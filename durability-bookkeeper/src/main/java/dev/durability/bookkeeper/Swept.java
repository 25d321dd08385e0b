package dev.durability.bookkeeper;

/**
 * What a sweep deleted.
 *
 * @param files files that had no name any more
 * @param ledgers their ledgers, and those that were cut off files
 * @param orphans ledgers that never became a part of a file, because their writer died before
 */
public record Swept(int files, int ledgers, int orphans) {}

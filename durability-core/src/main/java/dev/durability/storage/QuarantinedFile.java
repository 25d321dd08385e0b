package dev.durability.storage;

/**
 * Bytes that a crash left at the end of a log, and that an opening cut off and kept as evidence.
 * Nothing reads them again.
 *
 * @param path where they are kept, relative to the log's directory: {@code
 *     quarantine/<file>@<offset>-<n>}, with the file and the offset at which they were cut off
 * @param bytes how many
 */
public record QuarantinedFile(String path, long bytes) {}

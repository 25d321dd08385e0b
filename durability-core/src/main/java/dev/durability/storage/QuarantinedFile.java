package dev.durability.storage;

/**
 * Bytes that an opening cut off a log, as a crash had left them, and kept beside it as evidence.
 * Nothing reads them again.
 *
 * @param path where they are kept, relative to the log's directory: {@code
 *     quarantine/<file>@<offset>-<n>}, cut off that file at that offset
 * @param bytes how many
 */
public record QuarantinedFile(String path, long bytes) {}

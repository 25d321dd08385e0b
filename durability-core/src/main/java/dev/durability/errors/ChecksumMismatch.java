package dev.durability.errors;

/**
 * A checksum (CRC32C) that is not that of the bytes which it covers: of a frame, or of the header
 * of a file.
 *
 * @param expected the checksum that the file holds
 * @param found the checksum of the bytes that are there
 */
public record ChecksumMismatch(int expected, int found) {}

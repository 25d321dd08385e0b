package dev.durability.rust;

/**
 * Bytes that are not read, or not taken over.
 *
 * @param file their file, relative to the directory
 * @param offset where they begin, in bytes
 * @param bytes how many they are
 * @param reason why
 */
public record LeftOut(String file, long offset, long bytes, String reason) {}

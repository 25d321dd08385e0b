package dev.durability.cli.bench;

/**
 * Where was measured.
 *
 * @param fileSystem the file system
 * @param costOfSync how long a MiB takes with a sync, in times of one without
 */
record Disk(FileSystem fileSystem, double costOfSync) {}

/**
 * An archive of a log, from which any moment comes back.
 *
 * <p>{@link dev.durability.archive.Archiver} copies a running log into an {@link
 * dev.durability.archive.ArchiveStore}, {@link dev.durability.archive.Restore} brings it back into
 * an empty directory, {@link dev.durability.archive.Archive} lists, verifies and shortens what is
 * there, and {@link dev.durability.archive.Backup} makes one consistent copy of a live log.
 */
package dev.durability.archive;

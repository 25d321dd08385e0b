package dev.durability.archive;

import java.io.IOException;

/** Opens stores of one kind; found by {@link java.util.ServiceLoader}. */
public interface ArchiveStoreProvider {

  /**
   * Tells which locations it opens.
   *
   * @return what they begin with, before the colon, such as {@code s3}
   */
  String scheme();

  /**
   * Opens a store.
   *
   * @param location where it is, with the scheme, such as {@code s3://bucket/prefix}
   * @return the store; close it
   * @throws IllegalArgumentException if that is no location of this kind
   * @throws IOException if it cannot be opened
   */
  ArchiveStore open(String location) throws IOException;
}

package dev.durability.archive;

import dev.durability.storage.FsDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Opens a store by its location. */
public final class ArchiveStores {
  private static final Pattern URI = Pattern.compile("([a-z][a-z0-9+.-]+)://.*", Pattern.DOTALL);

  private ArchiveStores() {}

  /**
   * Opens a store.
   *
   * @param location a path of the file system, or a location of an {@link ArchiveStoreProvider},
   *     such as {@code s3://bucket/prefix} if {@code durability-archive-s3} is there
   * @return the store; close it
   * @throws IllegalArgumentException if nothing here opens such a location
   * @throws IOException if it cannot be opened. A directory that is missing is created
   */
  public static ArchiveStore open(String location) throws IOException {
    Matcher uri = URI.matcher(location);
    if (!uri.matches()) {
      return DirectoryStore.of(FsDirectory.open(Path.of(location)), location);
    }
    for (ArchiveStoreProvider provider : ServiceLoader.load(ArchiveStoreProvider.class)) {
      if (provider.scheme().equals(uri.group(1))) {
        return provider.open(location);
      }
    }
    throw new IllegalArgumentException(
        "nothing here opens "
            + location
            + ": take a path, or add the module for "
            + uri.group(1)
            + ", as durability-archive-s3 for s3");
  }
}

package dev.durability.archive.s3;

import dev.durability.archive.ArchiveStore;
import dev.durability.archive.ArchiveStoreProvider;

/** Opens {@code s3://} for {@link dev.durability.archive.ArchiveStores}. */
public final class S3StoreProvider implements ArchiveStoreProvider {

  /** For {@link java.util.ServiceLoader}. */
  public S3StoreProvider() {}

  @Override
  public String scheme() {
    return "s3";
  }

  @Override
  public ArchiveStore open(String location) {
    return S3Store.open(location);
  }
}

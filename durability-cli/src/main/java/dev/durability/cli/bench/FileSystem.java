package dev.durability.cli.bench;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * A file system.
 *
 * @param type its type, such as ext4
 * @param device the device that it is on, or another name of it
 */
record FileSystem(String type, String device) {
  private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs", "devtmpfs", "hugetlbfs");

  static FileSystem of(Path directory) throws IOException {
    FileStore store = Files.getFileStore(directory);
    return new FileSystem(store.type(), store.name());
  }

  /** Whether files in it are in memory alone. */
  boolean isInMemory() {
    return IN_MEMORY.contains(type)
        || device.startsWith("/dev/ram")
        || device.startsWith("/dev/zram");
  }

  /** Whether another file system, which is unknown here, keeps its files. */
  boolean isLayer() {
    return type.contains("overlay") || type.startsWith("fuse") || type.equals("9p");
  }

  @Override
  public String toString() {
    return device.equals(type) ? type : type + " (" + device + ")";
  }
}

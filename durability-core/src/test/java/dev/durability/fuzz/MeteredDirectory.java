package dev.durability.fuzz;

import dev.durability.storage.AppendFile;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Files that a script built, and what reading them costs: a search that starts over and over shows
 * in bytes or calls.
 */
final class MeteredDirectory extends ForwardingDirectory {
  /** What reading, opening and closing such files may allocate. */
  static final long HEAP_BYTES_MAX = 32 << 20;

  private final MemoryDirectory memory;
  private long size;
  private long bytesRead;
  private long calls;

  private MeteredDirectory(MemoryDirectory memory) {
    super(memory);
    this.memory = memory;
  }

  static MeteredDirectory of(Map<String, byte[]> files) throws IOException {
    MeteredDirectory directory = new MeteredDirectory(new MemoryDirectory());
    for (Map.Entry<String, byte[]> each : files.entrySet()) {
      String path = each.getKey();
      if (path.contains("/")) {
        directory.createDirectories(path.substring(0, path.lastIndexOf('/')));
      }
      try (AppendFile file = directory.memory.create(path, 0)) {
        file.write(ByteBuffer.wrap(each.getValue()));
      }
      directory.size += each.getValue().length;
    }
    return directory;
  }

  @Override
  public ReadFile open(String path) throws IOException {
    calls++;
    ReadFile file = super.open(path);
    return new ReadFile() {
      @Override
      public int read(ByteBuffer target, long position) throws IOException {
        calls++;
        int read = file.read(target, position);
        bytesRead += Math.max(0, read);
        return read;
      }

      @Override
      public long size() throws IOException {
        return file.size();
      }

      @Override
      public void close() throws IOException {
        file.close();
      }
    };
  }

  /** Fails if what was done since it was made, or since the last call, cost too much. */
  void assertCheap(String what) {
    Checks.that(
        bytesRead <= 40 * size + (1 << 16), what + " read " + bytesRead + " bytes of " + size);
    Checks.that(calls <= 2000 + size, what + " made " + calls + " calls for " + size + " bytes");
    bytesRead = 0;
    calls = 0;
  }

  /** All files but temporary ones and the lock, with their bytes. */
  Map<String, ByteBuffer> contents() throws IOException {
    Map<String, ByteBuffer> all = new TreeMap<>();
    for (String place : List.of("wal", "checkpoints", "quarantine")) {
      if (memory.exists(place)) {
        for (String name : memory.list(place)) {
          if (!name.endsWith(".lock") && !name.endsWith(".tmp")) {
            all.put(place + "/" + name, content(place + "/" + name));
          }
        }
      }
    }
    return all;
  }

  private ByteBuffer content(String path) throws IOException {
    try (ReadFile file = memory.open(path)) {
      ByteBuffer content = ByteBuffer.allocate((int) file.size());
      while (content.hasRemaining() && file.read(content, content.position()) >= 0) {
        // Until it is full.
      }
      return content.flip();
    }
  }
}

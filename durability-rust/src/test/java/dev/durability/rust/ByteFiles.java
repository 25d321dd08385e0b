package dev.durability.rust;

import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;

/** Files as arrays, which a test may change at will, for reading alone. */
final class ByteFiles extends ForwardingDirectory {
  private final Map<String, byte[]> files;

  ByteFiles(Map<String, byte[]> files) {
    super(new MemoryDirectory());
    this.files = files;
  }

  @Override
  public List<String> list(String directory) throws IOException {
    String prefix = directory.isEmpty() ? "" : directory + "/";
    List<String> names =
        files.keySet().stream()
            .filter(path -> path.startsWith(prefix))
            .map(path -> path.substring(prefix.length()))
            .filter(name -> !name.contains("/"))
            .sorted()
            .toList();
    if (names.isEmpty() && !directory.isEmpty()) {
      throw new NoSuchFileException(directory);
    }
    return names;
  }

  @Override
  public boolean exists(String path) {
    return files.containsKey(path);
  }

  @Override
  public ReadFile open(String path) throws IOException {
    byte[] content = files.get(path);
    if (content == null) {
      throw new NoSuchFileException(path);
    }
    return new ReadFile() {
      @Override
      public int read(ByteBuffer target, long position) {
        if (position >= content.length) {
          return -1;
        }
        int count = (int) Math.min(target.remaining(), content.length - position);
        target.put(content, (int) position, count);
        return count;
      }

      @Override
      public long size() {
        return content.length;
      }

      @Override
      public void close() {}
    };
  }
}

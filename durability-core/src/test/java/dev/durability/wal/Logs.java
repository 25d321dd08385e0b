package dev.durability.wal;

import dev.durability.codec.Codecs;
import dev.durability.log.Verdict;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;

/** What the tests of the writer share. */
public final class Logs {
  /** Small segments and buffers, nothing in the background. */
  public static final WalOptions SMALL = small().build();

  private Logs() {}

  public static WalOptions.Builder small() {
    return WalOptions.builder().segmentBytes(4096).bufferBytes(4096).preallocatedBytesMax(0);
  }

  static WalWriter<String> open(Directory directory) throws IOException {
    return open(directory, SMALL);
  }

  static WalWriter<String> open(Directory directory, WalOptions options) throws IOException {
    return WalWriter.open(directory, Codecs.utf8(), options);
  }

  /** The entries that recovery would hand over. */
  static List<String> entries(Directory directory) throws IOException {
    return WalReader.of(directory, Codecs.utf8()).readAll().stream().map(WalRecord::entry).toList();
  }

  static Verdict verdict(Directory directory) throws IOException {
    return WalMaintenance.verify(directory).verdict();
  }

  /** The last entry that the log promises: once it is the last, an idle log writes no more. */
  static long promised(Directory directory) {
    try {
      return WalMaintenance.verify(directory).promised();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static List<String> names(Directory directory) throws IOException {
    return directory.list("wal").stream().filter(name -> !name.equals(".lock")).toList();
  }

  static List<String> segments(Directory directory) throws IOException {
    return names(directory).stream().filter(name -> name.endsWith(".wal")).toList();
  }

  public static byte[] bytes(Directory directory, String path) throws IOException {
    try (ReadFile file = directory.open(path)) {
      ByteBuffer all = ByteBuffer.allocate((int) file.size());
      while (all.hasRemaining() && file.read(all, all.position()) >= 0) {
        // Reads may be short.
      }
      return all.array();
    }
  }
}

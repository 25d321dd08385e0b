package dev.durability.testkit;

import dev.durability.codec.Codec;
import dev.durability.errors.SchemaException;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.ReadFile;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalRecord;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A log in memory that the versions of a program write one after the other. With it, a test tells
 * whether the codec of a later version reads what an earlier one wrote, or is refused by name:
 *
 * <pre>{@code
 * LogOfVersions log = new LogOfVersions();
 * log.append(first, new First.Ordered("tea"));
 * log.append(second, new Second.Ordered("tea", 2));
 * assertThat(log.read(second)).containsExactly(...);
 * assertThat(log.refusal(third).changes()).containsExactly("Ordered.count was i32 and is string");
 * }</pre>
 *
 * <p>For one thread.
 */
public final class LogOfVersions {
  private static final List<String> FOLDERS = List.of("wal", "checkpoints", "quarantine");

  private final MemoryDirectory directory = new MemoryDirectory();

  /** Creates a log without entries. */
  public LogOfVersions() {}

  /**
   * Opens the log as a program with this codec does, appends entries and closes it. All are durable
   * on return.
   *
   * @param codec the codec of that version
   * @param entries what it appends; without any, the log is only opened and closed
   * @param <T> the type of the entries
   * @return this log
   * @throws SchemaException if the codec cannot read what the log holds, or has no schema although
   *     the entries have one; nothing was changed
   * @throws IOException if an entry cannot be encoded
   */
  @SafeVarargs
  public final <T> LogOfVersions append(Codec<T> codec, T... entries) throws IOException {
    try (WalWriter<T> writer = WalWriter.open(directory, codec, WalOptions.defaults())) {
      for (T each : entries) {
        long unused = writer.append(each);
      }
      writer.sync();
    }
    return this;
  }

  /**
   * Reads all entries as a program with this codec does.
   *
   * @param codec the codec of that version
   * @param <T> the type of the entries
   * @return the entries, of all versions
   * @throws SchemaException if the codec cannot read them
   * @throws dev.durability.errors.CodecException if it reads their schema, and refuses an entry
   * @throws IOException if there is no log yet
   */
  public <T> List<T> read(Codec<T> codec) throws IOException {
    return WalReader.of(directory, codec).readAll().stream().map(WalRecord::entry).toList();
  }

  /**
   * Checks that a codec is refused when the log is opened for writing, and when it is read, unless
   * the codec has no schema; and that nothing is changed by that.
   *
   * @param codec the codec
   * @return why it is refused; {@link SchemaException#changes} names each change
   * @throws AssertionError if it is not refused, or a file was changed
   * @throws IOException if there is no log yet
   */
  public SchemaException refusal(Codec<?> codec) throws IOException {
    Map<String, ByteBuffer> before = files();
    SchemaException refused;
    try {
      WalWriter.open(directory, codec, WalOptions.defaults()).close();
      throw new AssertionError("the codec was not refused when the log was opened");
    } catch (SchemaException expected) {
      refused = expected;
    }
    if (codec.schema().isPresent()) {
      requireNotRead(codec);
    }
    if (!files().equals(before)) {
      throw new AssertionError("the codec was refused, and the log was changed before", refused);
    }
    return refused;
  }

  private void requireNotRead(Codec<?> codec) throws IOException {
    List<?> read;
    try {
      read = read(codec);
    } catch (SchemaException expected) {
      return;
    }
    throw new AssertionError("the codec is refused for writing, but reads " + read);
  }

  private Map<String, ByteBuffer> files() throws IOException {
    Map<String, ByteBuffer> files = new TreeMap<>();
    for (String folder : FOLDERS) {
      if (directory.exists(folder)) {
        for (String name : directory.list(folder)) {
          String path = folder + "/" + name;
          try (ReadFile file = directory.open(path)) {
            ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(file.size()));
            int unused = file.read(content, 0);
            files.put(path, content.flip());
          }
        }
      }
    }
    return files;
  }
}

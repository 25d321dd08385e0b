package dev.durability.cli;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.recordlog.RecordLogReader;
import dev.durability.storage.Directory;
import dev.durability.wal.WalReplay;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.stream.Stream;

/** {@code cat} of a record log. */
final class RecordLogCat {

  private RecordLogCat() {}

  /** Prints the records that are chosen. */
  static void print(
      Directory directory,
      String file,
      Codec<byte[]> codec,
      EntryChoice choice,
      boolean follows,
      WalReplay<byte[]> out)
      throws IOException {
    if (follows || choice.hasTimes()) {
      throw new UsageException("--follow, --since and --until do not go with a record log");
    }
    long from = choice.from();
    if (choice.last() > 0) {
      from = Math.min(choice.to(), lastRecord(directory, file)) - choice.last() + 1;
    }
    try (Stream<byte[]> records = RecordLogReader.of(directory, file, codec).stream()) {
      Iterator<byte[]> each = records.iterator();
      for (long id = 1; id <= choice.to() && each.hasNext(); id++) {
        byte[] record = each.next();
        if (id >= from) {
          out.entry(id, record);
        }
      }
    } catch (UncheckedIOException failed) {
      throw failed.getCause();
    }
  }

  private static long lastRecord(Directory directory, String file) throws IOException {
    try {
      return RecordLogReader.of(directory, file, Codecs.bytes()).replay((id, record) -> {});
    } catch (CorruptLogException damaged) {
      return damaged.firstLostId() - 1; // Printing gets there, and tells of it.
    }
  }
}

package dev.durability.cli.bench;

import dev.durability.codec.Codecs;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * A log that is read: entries of one size, that begin with their number in little-endian order.
 *
 * @param directory where it is
 * @param entries how many there are
 */
record ReadLog(Path directory, long entries) {

  /** Writes the log, in one segment. */
  static ReadLog write(Path directory, byte[] payload, long entries) throws IOException {
    WalOptions options =
        WalOptions.builder()
            .flushPolicy(FlushPolicy.manual())
            .segmentBytes(2L * payload.length * entries)
            .preallocatedBytesMax(0)
            .build();
    byte[] entry = payload.clone();
    ByteBuffer number = ByteBuffer.wrap(entry).order(ByteOrder.LITTLE_ENDIAN);
    try (WalWriter<byte[]> writer =
        WalWriter.open(FsDirectory.open(directory), Codecs.bytes(), options)) {
      for (long i = 0; i < entries; i++) {
        number.putLong(0, i);
        writer.append(entry);
      }
    }
    return new ReadLog(directory, entries);
  }

  /** The sum of all numbers: getting it right takes reading every entry. */
  long sum() {
    return entries * (entries - 1) / 2;
  }
}

package dev.durability.cli;

import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.storage.Directory;
import dev.durability.wal.WalMaintenance;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/**
 * Writes after the end of a log what an unfinished write leaves there. SIGKILL hardly ever does
 * that: the kernel finishes a write that it has begun.
 */
final class TornEnd {
  private static final int BYTES_MAX = 300;

  private TornEnd() {}

  /**
   * Writes some bytes that are not a frame after a clean end.
   *
   * @param root the directory of the log
   * @param directory the same directory
   * @param random draws the bytes
   * @return whether it did: there may be no log yet, or its end may be torn already
   */
  static boolean leave(Path root, Directory directory, Random random) throws IOException {
    LogReport report;
    try {
      report = WalMaintenance.verify(directory);
    } catch (NoSuchFileException noLog) {
      return false;
    }
    if (report.verdict() != Verdict.CLEAN) {
      return false;
    }
    byte[] bytes = new byte[1 + random.nextInt(BYTES_MAX)];
    random.nextBytes(bytes);
    bytes[0] |= 1; // Zeros alone would make no difference.
    Path file = root.resolve(report.end().file());
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.position(report.end().offset());
      ByteBuffer source = ByteBuffer.wrap(bytes);
      while (source.hasRemaining()) {
        channel.write(source);
      }
    }
    return true;
  }
}

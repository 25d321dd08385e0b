package dev.durability.benchmarks.scenario;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * The steps of a rotation on the bare file system, by one thread: if a file is full, the next one,
 * which was filled with zeros ahead of need, gets a header, is synced, and gets its name; the entry
 * goes into it and is synced, and so is the directory.
 */
final class BareRotations {
  private static final int HEADER_BYTES = 64;

  private BareRotations() {}

  static void run(Path directory, long fileBytes, int payloadBytes, RotationTimes times)
      throws IOException {
    int files = (int) (times.commits() / ((fileBytes - HEADER_BYTES) / payloadBytes)) + 2;
    for (int i = 0; i < files; i++) {
      fill(spare(directory, i), fileBytes);
    }
    ByteBuffer header = ByteBuffer.allocateDirect(HEADER_BYTES);
    ByteBuffer entry = ByteBuffer.allocateDirect(payloadBytes).put(Entries.payload(payloadBytes));
    try (FileChannel names = FileChannel.open(directory)) {
      FileChannel file = FileChannel.open(spare(directory, 0), StandardOpenOption.WRITE);
      try {
        int next = 1;
        long lastSync = 0;
        for (int i = 0; i < times.commits(); i++) {
          boolean rotates = file.position() + payloadBytes > fileBytes;
          times.begins(i);
          if (rotates) {
            file.close();
            file = FileChannel.open(spare(directory, next), StandardOpenOption.WRITE);
            file.write(header.clear());
            file.force(false);
            Path name = directory.resolve("file-" + next);
            Files.move(spare(directory, next), name, StandardCopyOption.ATOMIC_MOVE);
            next++;
          }
          file.write(entry.clear());
          long sync = System.nanoTime();
          file.force(false);
          if (rotates) {
            names.force(false);
          }
          times.ends(i);
          if (rotates) {
            times.rotated(lastSync, System.nanoTime());
          }
          lastSync = sync;
        }
      } finally {
        file.close();
      }
    }
  }

  private static Path spare(Path directory, int number) {
    return directory.resolve("spare-" + number);
  }

  private static void fill(Path path, long bytes) throws IOException {
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer zeros = ByteBuffer.allocateDirect((int) bytes);
      while (zeros.hasRemaining()) {
        file.write(zeros);
      }
      file.force(true);
    }
  }
}

package dev.durability.checkpoint;

import dev.durability.storage.AppendFile;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.ReadFile;
import dev.durability.testkit.FaultDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.UUID;

/** Checkpoints in memory, with a clock that stands. */
abstract class CheckpointsFixture {
  static final UUID LOG = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
  static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678901Z");
  static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

  final MemoryDirectory disk = new MemoryDirectory();
  final FaultDirectory directory = new FaultDirectory(disk);
  final Checkpoints checkpoints = Checkpoints.in(directory, CLOCK);

  static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  byte[] payload(String path) throws IOException {
    return checkpoints.read(path, InputStream::readAllBytes);
  }

  byte[] bytes(String path) throws IOException {
    try (ReadFile file = disk.open(path)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
      while (bytes.hasRemaining() && file.read(bytes, bytes.position()) >= 0) {}
      return bytes.array();
    }
  }

  void put(String path, byte[] bytes) throws IOException {
    if (disk.exists(path)) {
      disk.delete(path);
    }
    try (AppendFile file = disk.create(path, 0)) {
      file.write(ByteBuffer.wrap(bytes));
    }
  }
}

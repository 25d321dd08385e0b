package dev.durability.recordlog;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.ReadFile;
import dev.durability.testkit.FaultDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** What the tests of record logs share: a log on a disk that fails where a test says so. */
abstract class RecordLogFixture {
  static final String PATH = "logs/a.rlog";

  final MemoryDirectory disk = new MemoryDirectory();

  final FaultDirectory directory = new FaultDirectory(disk);

  final Codec<String> codec = Codecs.utf8();

  RecordLogWriter<String> open() throws IOException {
    return RecordLogWriter.open(directory, PATH, codec);
  }

  List<String> read() throws IOException {
    return RecordLogReader.of(disk, PATH, codec).list();
  }

  List<String> readStrictly() throws IOException {
    return RecordLogReader.of(disk, PATH, codec).strict().list();
  }

  void put(Directory target, byte[] bytes) throws IOException {
    target.createDirectories("logs");
    if (target.exists(PATH)) {
      target.delete(PATH);
    }
    try (AppendFile file = target.create(PATH, 0)) {
      file.write(ByteBuffer.wrap(bytes));
    }
  }

  byte[] bytes(String path) throws IOException {
    try (ReadFile file = disk.open(path)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
      while (bytes.hasRemaining() && file.read(bytes, bytes.position()) >= 0) {}
      return bytes.array();
    }
  }

  /** The file without its END, as a crash after the last sync leaves it. */
  byte[] crashed(String... records) throws IOException {
    try (RecordLogWriter<String> writer = open()) {
      for (String record : records) {
        writer.append(record);
        writer.sync();
      }
    }
    byte[] whole = bytes(PATH);
    return Arrays.copyOf(whole, whole.length - 32);
  }

  /** Where the MARK that promises a record stands. */
  static int markOffset(byte[] file, long promised) {
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 64; at < file.length; ) {
      int kind = in.getInt(at + 4) >>> 28;
      if (kind == 3 && in.getLong(at + 16) == promised) {
        return at;
      }
      at += (16 + (in.getInt(at + 4) & 0xfffffff) + 7) & -8;
    }
    throw new AssertionError("no MARK promises " + promised);
  }

  void lockIsFree() throws IOException {
    disk.lock(PATH + ".lock").close();
  }
}

package dev.durability.cli;

import dev.durability.codec.Codecs;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** Logs for tests, whole and damaged. */
final class Logs {
  private static final int HEADER_BYTES = 64;
  private static final int FRAME_HEADER_BYTES = 16;

  private Logs() {}

  /** Makes a log with these entries. */
  static Path of(Path directory, String... entries) throws IOException {
    try (WalWriter<byte[]> writer =
        WalWriter.open(FsDirectory.open(directory), LineCodec.INSTANCE, WalOptions.defaults())) {
      for (String entry : entries) {
        writer.append(entry.getBytes(StandardCharsets.ISO_8859_1));
      }
    }
    return directory;
  }

  /** Makes a log of four segments with an entry of 3000 bytes each, and closes it. */
  static Path ofFourSegments(Path directory) throws IOException {
    WalOptions options = WalOptions.builder().segmentBytes(4096).preallocatedBytesMax(0).build();
    try (WalWriter<byte[]> writer =
        WalWriter.open(FsDirectory.open(directory), Codecs.bytes(), options)) {
      for (int i = 1; i <= 4; i++) {
        byte[] entry = new byte[3000];
        Arrays.fill(entry, (byte) 'x');
        long unused = writer.append(entry);
      }
    }
    return directory;
  }

  /** Leaves some bytes behind the end, as a crash in the middle of a write does. */
  static void tear(Path directory) throws IOException {
    Files.write(
        lastSegment(directory), new byte[] {1, 2, 3, 4, 5, 6, 7}, StandardOpenOption.APPEND);
  }

  /** Damages the payload of the first entry, which the log promised to keep. */
  static void corrupt(Path directory) throws IOException {
    Path segment = firstSegment(directory);
    byte[] bytes = Files.readAllBytes(segment);
    bytes[HEADER_BYTES + FRAME_HEADER_BYTES] ^= 1;
    Files.write(segment, bytes);
  }

  /** Makes the log one of a format that is not known yet. */
  static void makeOfUnknownVersion(Path directory) throws IOException {
    Path segment = firstSegment(directory);
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(segment)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(4, 99);
    CRC32C crc = new CRC32C();
    crc.update(bytes.array(), 0, 60);
    bytes.putInt(60, (int) crc.getValue());
    Files.write(segment, bytes.array());
  }

  static Path firstSegment(Path directory) throws IOException {
    return segments(directory).get(0);
  }

  static Path lastSegment(Path directory) throws IOException {
    List<Path> segments = segments(directory);
    return segments.get(segments.size() - 1);
  }

  static List<Path> segments(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("wal"))) {
      return new ArrayList<>(
          files.filter(f -> f.getFileName().toString().endsWith(".wal")).sorted().toList());
    }
  }

  /** Every file below a directory, with its content. */
  static Map<String, String> content(Path directory) throws IOException {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        content.put(
            directory.relativize(file).toString(),
            Files.readString(file, StandardCharsets.ISO_8859_1));
      }
    }
    return content;
  }
}

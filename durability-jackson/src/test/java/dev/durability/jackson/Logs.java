package dev.durability.jackson;

import dev.durability.codec.Codec;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalRecord;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Logs on disk, each opened anew for what is written or read. */
final class Logs {

  private Logs() {}

  @SafeVarargs
  static <T> void append(Path log, Codec<T> codec, T... values) throws IOException {
    try (WalWriter<T> writer =
        WalWriter.open(FsDirectory.open(log), codec, WalOptions.defaults())) {
      for (T each : values) {
        writer.appendDurable(each);
      }
    }
  }

  static <T> List<T> read(Path log, Codec<T> codec) throws IOException {
    return WalReader.of(FsDirectory.open(log), codec).readAll().stream()
        .map(WalRecord::entry)
        .toList();
  }

  /** The bytes of each file, as text, but for the lock, which names who has held it last. */
  static SortedMap<String, String> files(Path log) throws IOException {
    SortedMap<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(log)) {
      for (Path each : all.filter(Logs::isData).toList()) {
        files.put(
            log.relativize(each).toString(), HexFormat.of().formatHex(Files.readAllBytes(each)));
      }
    }
    return files;
  }

  private static boolean isData(Path file) {
    return Files.isRegularFile(file) && !file.endsWith(".lock");
  }
}

package dev.durability.salvage;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.codec.Schema;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.Logs;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/** A log that the library wrote at random, and what is in it. Not thread-safe. */
final class WrittenLog {
  final MemoryDirectory directory = new MemoryDirectory();

  /** The entries that count, by id. */
  final TreeMap<Long, String> live = new TreeMap<>();

  /** All that ever were appended, as {@code id=entry}. */
  final Set<String> appended = new HashSet<>();

  /** The files, as they were left. */
  Map<String, byte[]> files = new TreeMap<>();

  private final Random random;
  private final boolean hasSchema;
  private long covered;
  private int count;

  WrittenLog(long seed) throws IOException {
    random = new Random(seed);
    hasSchema = random.nextBoolean();
    int lives = 1 + random.nextInt(3);
    for (int life = 1; life <= lives; life++) {
      WalWriter<byte[]> writer = WalWriter.open(directory, codec(life), Logs.SMALL);
      try (writer) {
        for (int step = 3 + random.nextInt(12); step > 0; step--) {
          step(writer);
        }
        writer.flush();
        files = files(directory);
      }
      if (life < lives || random.nextBoolean()) {
        files = files(directory); // Closed; else as after a kill.
      }
    }
  }

  private Codec<byte[]> codec(int version) {
    return hasSchema
        ? Codecs.bytes(Schema.of("application/x-test", new byte[] {(byte) version}))
        : Codecs.bytes();
  }

  private void step(WalWriter<byte[]> writer) throws IOException {
    switch (random.nextInt(14)) {
      case 0, 1, 2, 3, 4 -> {
        for (int i = random.nextInt(8); i >= 0; i--) {
          append(writer, 1);
        }
      }
      case 5, 6, 7 -> append(writer, 2 + random.nextInt(4));
      case 8, 9, 10 -> writer.sync();
      case 11 -> cut(writer);
      case 12 -> checkpoint(writer);
      default -> {
        if (random.nextInt(4) == 0) {
          restart(writer);
        }
      }
    }
  }

  private void append(WalWriter<byte[]> writer, int entries) throws IOException {
    List<byte[]> batch = new ArrayList<>();
    for (int i = 0; i < entries; i++) {
      int length = random.nextInt(12) == 0 ? 1500 + random.nextInt(5000) : random.nextInt(120);
      String text = "entry " + count++ + " " + "x".repeat(length);
      batch.add(text.getBytes(StandardCharsets.ISO_8859_1));
    }
    long last = entries == 1 ? writer.append(batch.get(0)) : writer.appendBatch(batch);
    for (int i = 0; i < entries; i++) {
      long id = last - entries + 1 + i;
      String entry = new String(batch.get(i), StandardCharsets.ISO_8859_1);
      live.put(id, entry);
      appended.add(id + "=" + entry);
    }
  }

  private void cut(WalWriter<byte[]> writer) throws IOException {
    long next = writer.lastAppendedId() + 1;
    long lowest = Math.max(covered, writer.firstEntryId() - 1);
    if (next - 1 > lowest) {
      long keep = lowest + random.nextInt((int) (next - lowest));
      writer.truncateAfter(keep);
      live.tailMap(keep, false).clear();
    }
  }

  private void checkpoint(WalWriter<byte[]> writer) throws IOException {
    writer.sync();
    long last = writer.lastDurableId();
    if (last <= covered) {
      return;
    }
    String path =
        Checkpoints.in(directory, Clock.systemUTC())
            .write(writer.logId(), last, out -> out.write(new byte[100]));
    var unused = writer.appendCheckpoint(last, path);
    covered = last;
    if (random.nextBoolean()) {
      var unusedToo = writer.truncate(last);
      live.headMap(writer.firstEntryId()).clear();
    }
  }

  private void restart(WalWriter<byte[]> writer) throws IOException {
    long next = writer.lastAppendedId() + 1;
    long first =
        random.nextBoolean() ? next + 1 + random.nextInt(9) : Math.max(covered + 1, next - 3);
    writer.restartAt(first);
    covered = first - 1;
    live.clear();
  }

  /** All files of a log, by path. */
  static Map<String, byte[]> files(Directory directory) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    for (String place : List.of("wal", "checkpoints", "quarantine")) {
      List<String> names;
      try {
        names = directory.list(place);
      } catch (NoSuchFileException none) {
        continue;
      }
      for (String name : names) {
        if (!name.startsWith(".") && !name.endsWith(".tmp")) {
          files.put(place + "/" + name, Logs.bytes(directory, place + "/" + name));
        }
      }
    }
    return files;
  }
}

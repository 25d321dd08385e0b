package dev.durability.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.codec.Codecs;
import dev.durability.log.Verdict;
import dev.durability.recovery.Recoverer;
import dev.durability.recovery.RecoveryOptions;
import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.ReadFile;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalObserver;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** A log of lines whose state is all lines, an archive of it, and a clock that is set by hand. */
final class Lab {
  private static final Instant BEGIN = Instant.parse("2026-03-01T00:00:00Z");
  private static final List<String> FOLDERS =
      List.of(
          "wal",
          "checkpoints",
          "archive",
          "holds",
          "records",
          "data",
          "claims",
          "timelines",
          "begun");

  final SetClock clock = new SetClock();
  final MemoryDirectory objects = new MemoryDirectory();
  ArchiveStore store = DirectoryStore.of(objects, "memory");
  MemoryDirectory log = new MemoryDirectory();
  WalObserver observer = WalObserver.NONE;
  int checkpointsKept = 2;

  /** A clock that only moves when it is told to. */
  static final class SetClock extends Clock {
    private volatile Instant now = BEGIN;

    void tick(Duration time) {
      now = now.plus(time);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  WalOptions options() {
    return WalOptions.builder()
        .segmentBytes(4096)
        .bufferBytes(4096)
        .preallocatedBytesMax(0)
        .clock(clock)
        .observer(observer)
        .build();
  }

  WalWriter<String> open() throws IOException {
    return WalWriter.open(log, Codecs.utf8(), options());
  }

  ArchiveOptions archiveOptions() {
    return ArchiveOptions.defaults().clock(clock);
  }

  Archiver archiver() {
    return Archiver.of(log, store, archiveOptions());
  }

  /** Appends a line, and a second later another, whose block has the mark of the first. */
  static long append(WalWriter<String> writer, Lab lab, String line) throws IOException {
    lab.clock.tick(Duration.ofMillis(250));
    return writer.appendDurable(line);
  }

  /** Steps with appends, a checkpoint and openings between them; tries a step again that fails. */
  void archiveThrough(FlakyStore flaky) throws IOException {
    Archiver archiver = archiverThrough(flaky);
    WalWriter<String> writer = open();
    for (int i = 0; i < 12; i++) {
      append(writer, this, i + "x".repeat(i % 3 * 1000));
      if (i == 5 || i == 8) {
        publish(writer);
      }
      if (i == 7) {
        writer.close();
        writer = open();
      }
      archiver = step(flaky, archiver);
    }
    writer.close();
    step(flaky, archiver).close();
  }

  private Archiver archiverThrough(FlakyStore flaky) {
    return Archiver.of(
        log, flaky, archiveOptions().retention(new Retention(1, Duration.ofDays(1))));
  }

  private Archiver step(FlakyStore flaky, Archiver archiver) throws IOException {
    try {
      archiver.step();
      return archiver;
    } catch (FlakyStore.Killed killed) {
      Archiver next = archiverThrough(flaky);
      next.step();
      return next;
    } catch (IOException failed) {
      assertThat(failed).hasMessageContaining("fails");
      archiver.step();
      return archiver;
    }
  }

  /** Writes, ends segments, publishes, removes what is covered, and opens the log again. */
  void goOn() {
    try (WalWriter<String> writer = open()) {
      for (int i = 0; i < 4; i++) {
        append(writer, this, "meanwhile " + i + "x".repeat(1500));
      }
      publish(writer);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  void publish(WalWriter<String> writer) throws IOException {
    writer.sync();
    long last = writer.lastDurableId();
    List<String> lines = lines(log, last);
    CheckpointPublisher.of(log, clock, writer)
        .keeping(checkpointsKept)
        .publish(last, out -> out.write(String.join("\n", lines).getBytes(StandardCharsets.UTF_8)));
  }

  /** The state that recovery of a log finds, up to an entry. */
  static List<String> lines(Directory directory, long lastId) throws IOException {
    return Recoverer.<List<String>, String>of(
            directory,
            Codecs.utf8(),
            ArrayList::new,
            Lab::read,
            (state, line, id) -> {
              state.add(line);
              return state;
            })
        .recover(RecoveryOptions.upToEntry(lastId))
        .state();
  }

  private static List<String> read(InputStream in) throws IOException {
    String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    return new ArrayList<>(text.isEmpty() ? List.of() : List.of(text.split("\n")));
  }

  static List<String> lines(Directory directory) throws IOException {
    return lines(directory, Long.MAX_VALUE - 1);
  }

  Restore restore() {
    return Restore.from(store);
  }

  /** Restores, and checks that the log is whole and that the report says what is there. */
  static List<String> restored(Restore restore) throws IOException {
    return restored(restore, new MemoryDirectory());
  }

  static List<String> restored(Restore restore, MemoryDirectory target) throws IOException {
    RestoreReport report = restore.into(target);
    assertThat(WalMaintenance.verify(target).verdict()).isEqualTo(Verdict.CLEAN);
    List<String> lines = lines(target);
    assertThat(WalMaintenance.verify(target).intact()).isEqualTo(report.lastEntryId());
    return lines;
  }

  VerifyReport verify() throws IOException {
    return Archive.open(store).verify(Progress.NONE);
  }

  void requireWhole() throws IOException {
    assertThat(verify().problems()).isEmpty();
  }

  /** A copy of all files. */
  static MemoryDirectory copy(Directory from) throws IOException {
    MemoryDirectory to = new MemoryDirectory();
    for (String folder : FOLDERS) {
      copy(from, to, folder);
    }
    return to;
  }

  private static void copy(Directory from, Directory to, String folder) throws IOException {
    List<String> names;
    try {
      names = from.list(folder);
    } catch (NoSuchFileException none) {
      return;
    }
    to.createDirectories(folder);
    for (String name : names) {
      if (name.startsWith(".lock")) {
        continue;
      }
      try (AppendFile file = to.create(folder + "/" + name, 0)) {
        file.write(ByteBuffer.wrap(bytes(from, folder + "/" + name)));
      }
    }
  }

  static byte[] bytes(Directory directory, String path) throws IOException {
    try (ReadFile file = directory.open(path)) {
      return new FileRange(file, 0, file.size(), false).readAllBytes();
    }
  }

  void overwrite(String key, byte[] content) throws IOException {
    overwrite(objects, key, content);
  }

  void overwriteLog(String path, byte[] content) throws IOException {
    overwrite(log, path, content);
  }

  private static void overwrite(Directory files, String path, byte[] content) throws IOException {
    files.delete(path);
    try (AppendFile file = files.create(path, 0)) {
      file.write(ByteBuffer.wrap(content));
    }
  }

  /** The keys of all objects that a restore may need. */
  List<String> keys() throws IOException {
    List<String> keys = new ArrayList<>();
    for (String timeline : Timeline.list(store)) {
      keys.addAll(store.list("data/" + timeline + "/"));
      keys.addAll(store.list("records/" + timeline + "/"));
    }
    return keys;
  }
}

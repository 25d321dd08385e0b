package dev.durability.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.codec.Codecs;
import dev.durability.errors.LogCutException;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalRecord;
import dev.durability.wal.WalTail;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A follower that copies the log of a leader, as the guide shows it. */
@Timeout(600)
class FollowerExampleTest {

  // begin:follower
  /** Copies a leader's log into its own log, with the same ids, until {@code goesOn} is false. */
  static void follow(Directory leader, Directory own, BooleanSupplier goesOn) throws IOException {
    WalReader<String> reader = WalReader.of(leader, Codecs.utf8());
    try (WalWriter<String> copy = WalWriter.open(own, Codecs.utf8(), WalOptions.defaults())) {
      while (goesOn.getAsBoolean()) {
        long last = lastInBoth(reader, copy); // Its own log tells how far it was.
        if (last < copy.lastAppendedId()) {
          copy.truncateAfter(last);
        }
        // From that entry on: a tail tells of the cuts of what it returned.
        try (WalTail<String> tail = reader.follow(Math.max(last, 1))) {
          follow(tail, copy, goesOn);
        }
      }
    }
  }

  /** Returns if the leader took entries back before the tail had returned any. */
  private static void follow(WalTail<String> tail, WalWriter<String> copy, BooleanSupplier goesOn)
      throws IOException {
    while (goesOn.getAsBoolean()) {
      try {
        WalRecord<String> next = tail.poll(Duration.ofMillis(50));
        if (next == null) {
          copy.sync(); // One for all that came. What a crash takes is copied again.
        } else if (next.id() > copy.lastAppendedId()) {
          copy.append(next.entry()); // It gets the id that it has at the leader.
        } else if (!next.equals(copy.read(next.id()))) {
          return;
        }
      } catch (LogCutException cut) { // The leader took back what was copied already.
        copy.truncateAfter(cut.fromId() - 1);
      }
    }
  }

  /** The leader may have taken back entries while nobody followed it. */
  private static long lastInBoth(WalReader<String> leader, WalWriter<String> copy)
      throws IOException {
    long id = copy.lastAppendedId();
    while (id > 0) {
      List<String> theirs = new ArrayList<>();
      List<String> ours = new ArrayList<>();
      leader.replay(id, id, (same, entry) -> theirs.add(entry));
      copy.read(id, id, (same, entry) -> ours.add(entry));
      if (theirs.equals(ours)) {
        return id;
      }
      id--;
    }
    return 0;
  }

  // end:follower

  @TempDir Path path;

  private Directory leader;
  private Directory own;

  @BeforeEach
  void open() throws IOException {
    leader = FsDirectory.open(path.resolve("leader"));
    own = FsDirectory.open(path.resolve("own"));
  }

  private boolean hasNot(String... entries) {
    try {
      return !entries(own).equals(List.of(entries));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> entries(Directory directory) throws IOException {
    return WalReader.of(directory, Codecs.utf8()).readAll().stream().map(WalRecord::entry).toList();
  }

  @Test
  void followerGoesOnWhereItWasAndFollowsCutsAlsoThoseWhileItWasAway() throws IOException {
    try (WalWriter<String> log = WalWriter.open(leader, Codecs.utf8(), WalOptions.defaults())) {
      log.appendBatch(List.of("term 1: a", "term 1: b"));
      log.sync();
      follow(leader, own, () -> hasNot("term 1: a", "term 1: b"));

      log.appendDurable("term 1: c");
      follow(leader, own, () -> hasNot("term 1: a", "term 1: b", "term 1: c"));

      AtomicBoolean cut = new AtomicBoolean();
      follow(
          leader,
          own,
          () -> {
            if (!hasNot("term 1: a", "term 1: b", "term 1: c", "term 1: d")) {
              cutAfterTwo(log, "term 2: x");
              cut.set(true);
            } else if (!cut.get() && log.lastAppendedId() == 3) {
              append(log, "term 1: d");
            }
            return hasNot("term 1: a", "term 1: b", "term 2: x");
          });
      assertThat(cut).isTrue();

      cutAfterTwo(log, "term 3: y");
      append(log, "term 3: z");
      follow(leader, own, () -> hasNot("term 1: a", "term 1: b", "term 3: y", "term 3: z"));

      AtomicInteger looks = new AtomicInteger();
      follow(
          leader,
          own,
          () -> {
            if (looks.incrementAndGet() == 2) { // Before the tail returns anything.
              cutAfterTwo(log, "term 4: w");
              append(log, "term 4: v");
              append(log, "term 4: u");
            }
            return hasNot("term 1: a", "term 1: b", "term 4: w", "term 4: v", "term 4: u");
          });

      log.truncateAfter(1);
      follow(leader, own, () -> hasNot("term 1: a"));
    }
    assertThat(entries(own)).isEqualTo(entries(leader));
  }

  private static void cutAfterTwo(WalWriter<String> log, String next) {
    try {
      log.truncateAfter(2);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    append(log, next);
  }

  private static void append(WalWriter<String> log, String entry) {
    try {
      log.appendDurable(entry);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

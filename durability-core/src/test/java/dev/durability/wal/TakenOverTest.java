package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.durability.append.LockCheck;
import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.log.MarkerPosition;
import dev.durability.segment.LogFiles;
import dev.durability.storage.AppendFile;
import dev.durability.storage.AppendOnlyDirectory;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.StolenDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A second writer takes the log while the first is in the middle of anything, opening and closing
 * included, and the first goes on where it was. What either of them acknowledged stays.
 */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
@Tag("slow")
class TakenOverTest {
  private static final WalOptions OPTIONS =
      WalOptions.builder().segmentBytes(4096).bufferBytes(4096).preallocatedBytesMax(4096).build();

  /** What the first writer finds. */
  private interface Before {
    void make(Directory directory, Map<Long, String> acknowledged) throws IOException;
  }

  private static Map<String, Before> befores() {
    Map<String, Before> befores = new LinkedHashMap<>();
    befores.put("nothing", (directory, acknowledged) -> {});
    befores.put("a closed log", TakenOverTest::makeClosed);
    befores.put("a log without END", TakenOverTest::makeCut);
    befores.put("a torn log", TakenOverTest::makeTorn);
    befores.put(
        "an empty last segment",
        (directory, acknowledged) -> {
          makeClosed(directory, acknowledged);
          Logs.open(directory, OPTIONS).flush();
        });
    return befores;
  }

  private static void makeClosed(Directory directory, Map<Long, String> acknowledged)
      throws IOException {
    try (WalWriter<String> log = Logs.open(directory, OPTIONS)) {
      append(log, "before", 6, acknowledged);
    }
  }

  private static void makeCut(Directory directory, Map<Long, String> acknowledged)
      throws IOException {
    append(Logs.open(directory, OPTIONS), "before", 6, acknowledged);
  }

  private static void makeTorn(Directory directory, Map<Long, String> acknowledged)
      throws IOException {
    Directory written = new MemoryDirectory();
    makeCut(written, acknowledged);
    copy(written, directory); // Nobody writes there while it is torn.
    var segments = Logs.segments(directory);
    String last = "wal/" + segments.get(segments.size() - 1);
    long size = Logs.bytes(directory, last).length;
    try (AppendFile file = directory.resume(last, size)) {
      file.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9}));
    }
  }

  /** What is there when the process is killed that works in a directory: it holds no lock. */
  private static MemoryDirectory killed(Directory directory) throws IOException {
    MemoryDirectory left = new MemoryDirectory();
    copy(directory, left);
    return left;
  }

  private static void copy(Directory directory, Directory left) throws IOException {
    for (String place : List.of(LogFiles.SEGMENTS, LogFiles.QUARANTINE)) {
      left.createDirectories(place);
      for (String name : directory.exists(place) ? directory.list(place) : List.<String>of()) {
        if (!name.equals(".lock")) {
          copyUnlessGone(directory, place + "/" + name, left);
        }
      }
    }
  }

  /** The process that is killed may be removing a file just then. */
  private static void copyUnlessGone(Directory from, String path, Directory to) throws IOException {
    byte[] bytes;
    try {
      bytes = Logs.bytes(from, path);
    } catch (NoSuchFileException removed) {
      return;
    }
    try (AppendFile file = to.create(path, 0)) {
      file.write(ByteBuffer.wrap(bytes));
    }
  }

  private static void append(
      WalWriter<String> log, String who, int entries, Map<Long, String> acknowledged)
      throws IOException {
    for (int i = 0; i < entries; i++) {
      String entry = who + i + "x".repeat(i % 2 == 1 ? 1_900 : 10);
      acknowledged.put(log.appendDurable(entry), entry);
    }
  }

  @Test
  void whatEitherWriterAcknowledgedIsThereWheneverTheSecondTookTheLog() throws IOException {
    int moments = 0;
    for (Map.Entry<String, Before> before : befores().entrySet()) {
      for (boolean appendOnly : new boolean[] {false, true}) {
        int moment = 1;
        while (isStolenAt(moment, before.getValue(), appendOnly, before.getKey())) {
          moment++;
        }
        assertThat(moment).as(before.getKey()).isGreaterThan(30);
        moments += moment - 1;
      }
    }
    System.out.println("logs taken over at " + moments + " moments");
  }

  /** Returns whether there is such a moment. */
  private static boolean isStolenAt(int moment, Before before, boolean appendOnly, String what)
      throws IOException {
    String where = what + (appendOnly ? ", append-only" : "") + ", moment " + moment;
    MemoryDirectory first = new MemoryDirectory();
    Map<Long, String> acknowledged = new HashMap<>();
    before.make(first, acknowledged);
    MemoryDirectory memory = killed(first);
    Second second = new Second(memory);
    StolenDirectory stolen = new StolenDirectory(memory, moment, second::take);
    useUntilRefused(appendOnly ? new AppendOnlyDirectory(stolen) : stolen, acknowledged);
    if (!stolen.isStolen()) {
      return false;
    }
    second.goOnAndClose(where);
    Logs.open(memory, OPTIONS).close();
    Map<Long, String> found = new HashMap<>();
    assertThatCode(
            () ->
                WalReader.of(memory, Codecs.utf8())
                    .replay(WalReplay.START, Long.MAX_VALUE, found::put))
        .as(where)
        .doesNotThrowAnyException();
    assertThat(found).as(where).containsAllEntriesOf(acknowledged);
    assertThat(found).as(where).containsAllEntriesOf(second.acknowledged);
    return true;
  }

  private static void useUntilRefused(Directory directory, Map<Long, String> acknowledged) {
    try (WalWriter<String> log = Logs.open(directory, OPTIONS)) {
      append(log, "first", 8, acknowledged);
      MarkerPosition unused = log.appendCheckpoint(0, "");
      append(log, "more", 3, acknowledged);
    } catch (IOException refused) {
      // That a file is not as it was a moment ago is no damage.
      assertThat(refused).isNotInstanceOf(CorruptLogException.class);
    }
  }

  /** The second writer. It works on the thread on which it took the log from the first. */
  private static final class Second {
    private final Directory directory;
    private final Map<Long, String> acknowledged = new HashMap<>();
    private @Nullable WalWriter<String> log;

    Second(Directory directory) {
      this.directory = directory;
    }

    void take() throws IOException {
      long asked = System.nanoTime();
      Await.until(
          "the first asks again before it writes",
          () -> System.nanoTime() - asked > 2 * LockCheck.HELD_FOR_NANOS);
      WalWriter<String> opened = Logs.open(directory, OPTIONS);
      log = opened;
      append(opened, "second", 8, acknowledged);
    }

    void goOnAndClose(String where) {
      try (WalWriter<String> open = log) {
        assertThat(open).as(where).isNotNull();
        append(open, "later", 8, acknowledged);
      } catch (IOException e) {
        throw new AssertionError("the second writer was disturbed: " + where, e);
      }
    }
  }
}

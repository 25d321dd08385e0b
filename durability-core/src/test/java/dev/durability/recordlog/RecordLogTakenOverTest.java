package dev.durability.recordlog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.storage.AppendFile;
import dev.durability.storage.AppendOnlyDirectory;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.ReadFile;
import dev.durability.storage.StolenDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A second writer takes a record log while the first is in the middle of anything, opening and
 * closing included, and the first goes on where it was. What either acknowledged stays.
 */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
@Tag("slow")
class RecordLogTakenOverTest {
  private static final String PATH = "d/log";

  private final Codec<String> codec = Codecs.utf8();

  /** What the first writer finds. */
  private enum Before {
    NOTHING,
    CLOSED,
    WITHOUT_END,
    TORN
  }

  @Test
  void whatEitherWriterAcknowledgedIsThereWheneverTheSecondTookTheLog() throws IOException {
    int moments = 0;
    for (Before before : Before.values()) {
      for (boolean appendOnly : new boolean[] {false, true}) {
        int moment = 1;
        while (isStolenAt(moment, before, appendOnly)) {
          moment++;
        }
        assertThat(moment).as(before.toString()).isGreaterThan(10);
        moments += moment - 1;
      }
    }
    System.out.println("record logs taken over at " + moments + " moments");
  }

  /** Returns whether there is such a moment. */
  private boolean isStolenAt(int moment, Before before, boolean appendOnly) throws IOException {
    String where = before + (appendOnly ? ", append-only" : "") + ", moment " + moment;
    Map<Long, String> acknowledged = new HashMap<>();
    MemoryDirectory memory = found(before, acknowledged);
    Second second = new Second(memory);
    StolenDirectory stolen = new StolenDirectory(memory, moment, second::take);
    useUntilRefused(appendOnly ? new AppendOnlyDirectory(stolen) : stolen, acknowledged);
    if (!stolen.isStolen()) {
      return false;
    }
    second.goOnAndClose(where);
    List<String> records = RecordLogReader.of(memory, PATH, codec).list();
    Map<Long, String> found = new HashMap<>();
    for (String each : records) {
      found.put(found.size() + 1L, each);
    }
    assertThat(found).as(where).containsAllEntriesOf(acknowledged);
    assertThat(found).as(where).containsAllEntriesOf(second.acknowledged);
    return true;
  }

  private MemoryDirectory found(Before before, Map<Long, String> acknowledged) throws IOException {
    MemoryDirectory left = new MemoryDirectory();
    if (before == Before.NOTHING) {
      return left;
    }
    MemoryDirectory first = new MemoryDirectory();
    RecordLogWriter<String> log = RecordLogWriter.open(first, PATH, codec);
    append(log, "before", acknowledged);
    if (before == Before.CLOSED) {
      log.close();
    }
    left.createDirectories("d");
    try (ReadFile source = first.open(PATH);
        AppendFile target = left.create(PATH, 0)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) source.size());
      while (bytes.hasRemaining()) {
        assertThat(source.read(bytes, bytes.position())).isPositive();
      }
      target.write(bytes.flip());
      if (before == Before.TORN) {
        target.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9}));
      }
    }
    return left;
  }

  private static void append(
      RecordLogWriter<String> log, String who, Map<Long, String> acknowledged) throws IOException {
    for (int i = 0; i < 3; i++) {
      Map<Long, String> appended = new HashMap<>();
      for (String record : List.of(who + i, who + i + "x".repeat(100))) {
        appended.put(log.append(record), record);
      }
      long unused = log.sync();
      acknowledged.putAll(appended);
    }
  }

  private void useUntilRefused(Directory directory, Map<Long, String> acknowledged) {
    try (RecordLogWriter<String> log = RecordLogWriter.open(directory, PATH, codec)) {
      append(log, "first", acknowledged);
    } catch (IOException refused) {
      // That a file is not as it was a moment ago is no damage.
      assertThat(refused).isNotInstanceOf(CorruptLogException.class);
    }
  }

  /** The second writer. */
  private final class Second {
    private final Directory directory;
    private final Map<Long, String> acknowledged = new HashMap<>();
    private @Nullable RecordLogWriter<String> log;

    Second(Directory directory) {
      this.directory = directory;
    }

    void take() throws IOException {
      RecordLogWriter<String> opened = RecordLogWriter.open(directory, PATH, codec);
      log = opened;
      append(opened, "second", acknowledged);
    }

    void goOnAndClose(String where) {
      try (RecordLogWriter<String> open = log) {
        assertThat(open).as(where).isNotNull();
        append(open, "later", acknowledged);
      } catch (IOException e) {
        throw new AssertionError("the second writer was disturbed: " + where, e);
      }
    }
  }
}

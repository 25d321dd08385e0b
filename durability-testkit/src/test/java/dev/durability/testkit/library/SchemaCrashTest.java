package dev.durability.testkit.library;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.codec.Codec;
import dev.durability.codec.PostcardCodec;
import dev.durability.recordlog.RecordLogReader;
import dev.durability.recordlog.RecordLogWriter;
import dev.durability.testkit.CrashDirectory;
import dev.durability.testkit.CrashExplorer;
import dev.durability.testkit.CrashTest;
import dev.durability.testkit.History;
import dev.durability.testkit.Step;
import dev.durability.testkit.junit.CrashTests;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** A program is replaced by its next version, and dies at any moment of that. */
@SuppressWarnings("SameNameButDifferent") // The same names in another version.
class SchemaCrashTest {
  /** The first version. */
  static final class First {
    sealed interface Change permits Put, Other {}

    record Put(int number) implements Change {}

    record Other() implements Change {}
  }

  /** The next one. */
  static final class Next {
    sealed interface Change permits Other, Put {}

    record Put(Optional<String> by, long number) implements Change {}

    record Other() implements Change {}
  }

  private static final Codec<First.Change> FIRST =
      PostcardCodec.of(First.Change.class, MethodHandles.lookup());
  private static final Codec<Next.Change> NEXT =
      PostcardCodec.of(Next.Change.class, MethodHandles.lookup());
  private static final String RECORDS = "records";

  private static WalOptions options() {
    return WalOptions.builder()
        .segmentBytes(4096)
        .flushPolicy(FlushPolicy.manual())
        .preallocatedBytesMax(0)
        .build();
  }

  /** Appends numbers under one schema, then under the next, and again. */
  static final class Versions implements CrashTest<String> {
    @Override
    public List<Step<String>> steps() {
      return List.of(
          new Step<>("first", (disk, history) -> first(disk, history, 1)),
          new Step<>("next", (disk, history) -> next(disk, history, 3)),
          new Step<>("again", (disk, history) -> next(disk, history, 5)));
    }

    private static void first(CrashDirectory disk, History<String> history, int from)
        throws IOException {
      try (WalWriter<First.Change> log = WalWriter.open(disk, FIRST, options());
          RecordLogWriter<First.Change> records = RecordLogWriter.open(disk, RECORDS, FIRST)) {
        for (int number = from; number < from + 2; number++) {
          history.attempt("to log " + number);
          log.appendDurable(new First.Put(number));
          history.promise("log has " + number);
          history.attempt("to records " + number);
          records.append(new First.Put(number));
          records.sync();
          history.promise("records have " + number);
        }
      }
    }

    private static void next(CrashDirectory disk, History<String> history, int from)
        throws IOException {
      try (WalWriter<Next.Change> log = WalWriter.open(disk, NEXT, options());
          RecordLogWriter<Next.Change> records = RecordLogWriter.open(disk, RECORDS, NEXT)) {
        for (int number = from; number < from + 2; number++) {
          history.attempt("to log " + number);
          log.appendDurable(new Next.Put(Optional.of("me"), number));
          history.promise("log has " + number);
          history.attempt("to records " + number);
          records.append(new Next.Put(Optional.of("me"), number));
          records.sync();
          history.promise("records have " + number);
        }
      }
    }

    @Override
    public void restart(CrashDirectory disk, History<String> history) throws IOException {
      List<Long> found = new ArrayList<>();
      WalWriter.open(disk, NEXT, options(), (id, entry) -> found.add(number(entry))).close();
      check(found, "to log ", "log has ", history.events());
      List<Long> records = new ArrayList<>();
      RecordLogWriter.open(disk, RECORDS, NEXT).close();
      RecordLogReader.of(disk, RECORDS, NEXT).list().forEach(each -> records.add(number(each)));
      check(records, "to records ", "records have ", history.events());
      next(disk, history, 100 * (1 + history.events().size()));
    }

    private static long number(Next.Change entry) {
      return ((Next.Put) entry).number();
    }

    /** Found is what was attempted, in order, and all of it that was promised. */
    private static void check(
        List<Long> found, String attempted, String promised, List<String> events) {
      List<Long> attempts = numbers(events, attempted);
      for (long number : found) {
        int at = attempts.indexOf(number);
        assertThat(at).as("%s among %s", number, events).isNotNegative();
        attempts.subList(0, at + 1).clear();
      }
      assertThat(found).as("%s", events).containsAll(numbers(events, promised));
    }

    private static List<Long> numbers(List<String> events, String kind) {
      List<Long> numbers = new ArrayList<>();
      for (String each : events) {
        if (each.startsWith(kind)) {
          numbers.add(Long.parseLong(each.substring(kind.length())));
        }
      }
      return numbers;
    }
  }

  @TestFactory
  DynamicTest everyCrashWhileVersionsChangeLeavesWhatWasAcknowledged() {
    return CrashTests.of("versions", CrashExplorer.of(Versions::new), System.out::println);
  }
}

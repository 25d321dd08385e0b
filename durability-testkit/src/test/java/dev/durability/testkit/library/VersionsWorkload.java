package dev.durability.testkit.library;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.codec.PostcardCodec;
import dev.durability.errors.SchemaException;
import dev.durability.recordlog.RecordLogReader;
import dev.durability.recordlog.RecordLogWriter;
import dev.durability.recovery.Recoverer;
import dev.durability.recovery.RecoveryOptions;
import dev.durability.storage.Directory;
import dev.durability.testkit.CrashDirectory;
import dev.durability.testkit.CrashTest;
import dev.durability.testkit.History;
import dev.durability.testkit.Step;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalReplay;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A program is replaced by its next version. Both append numbers to a log, which rotates, and to a
 * record log, and publish what they appended as a checkpoint that is one value. The versions have
 * other types with the same names, so that bytes of one are others, or none, to the other.
 */
@SuppressWarnings("SameNameButDifferent") // The same names in another version.
final class VersionsWorkload implements CrashTest<String> {
  /** The first version. */
  static final class First {
    sealed interface Change permits Put, Other {}

    record Put(int number, String text) implements Change {}

    record Other() implements Change {}

    enum Kind {
      PUT,
      OTHER
    }

    record State(Kind kind, List<Integer> numbers) {}
  }

  /** The next one. */
  static final class Next {
    sealed interface Change permits Other, Put {}

    record Put(Optional<String> by, String text, long number) implements Change {}

    record Other() implements Change {}

    enum Kind {
      OTHER,
      PUT
    }

    record State(List<Long> numbers, Kind kind) {}
  }

  /** A version that must not be. */
  static final class Forbidden {
    sealed interface Change permits Put {}

    record Put(String number) implements Change {}
  }

  private static final Codec<First.Change> FIRST = codec(First.Change.class);
  private static final Codec<First.State> FIRST_STATE = codec(First.State.class);
  private static final Codec<Next.Change> NEXT = codec(Next.Change.class);
  private static final Codec<Next.State> NEXT_STATE = codec(Next.State.class);
  private static final Codec<Forbidden.Change> FORBIDDEN = codec(Forbidden.Change.class);
  private static final String RECORDS = "records";
  private static final int TEXT_CHARS = 1_500; // A segment has room for two.

  private final int entries;

  /**
   * Makes a life.
   *
   * @param seed decides how much is appended before the version changes
   */
  VersionsWorkload(long seed) {
    this.entries = 3 + (int) (seed % 2);
  }

  private static <T> Codec<T> codec(Class<T> type) {
    return PostcardCodec.of(type, MethodHandles.lookup());
  }

  private static WalOptions options() {
    return WalOptions.builder()
        .segmentBytes(4096)
        .flushPolicy(FlushPolicy.manual())
        .preallocatedBytesMax(0)
        .build();
  }

  @Override
  public List<Step<String>> steps() {
    return List.of(
        new Step<>("first", (disk, history) -> first(disk, history, 1)),
        new Step<>("next", (disk, history) -> next(disk, history, 11)),
        new Step<>("again", (disk, history) -> next(disk, history, 21)));
  }

  private void first(CrashDirectory disk, History<String> history, int from) throws IOException {
    try (WalWriter<First.Change> log = WalWriter.open(disk, FIRST, options());
        RecordLogWriter<First.Change> records = RecordLogWriter.open(disk, RECORDS, FIRST)) {
      List<Integer> numbers = new ArrayList<>();
      for (int number = from; number < from + entries; number++) {
        history.attempt("to log " + number);
        long id = log.appendDurable(new First.Put(number, text(number)));
        history.promise("log has " + number);
        numbers.add(number);
        if (number == from) {
          CheckpointPublisher.of(disk, Clock.systemUTC(), log)
              .publish(
                  id, Checkpoints.content(FIRST_STATE, new First.State(First.Kind.PUT, numbers)));
        }
        history.attempt("to records " + number);
        records.append(new First.Put(number, "record"));
        records.sync();
        history.promise("records have " + number);
      }
    }
  }

  private void next(CrashDirectory disk, History<String> history, int from) throws IOException {
    try (WalWriter<Next.Change> log = WalWriter.open(disk, NEXT, options());
        RecordLogWriter<Next.Change> records = RecordLogWriter.open(disk, RECORDS, NEXT)) {
      List<Long> numbers = new ArrayList<>(recover(disk).numbers());
      for (int number = from; number < from + entries; number++) {
        history.attempt("to log " + number);
        long id = log.appendDurable(new Next.Put(Optional.of("me"), text(number), number));
        history.promise("log has " + number);
        numbers.add((long) number);
        if (number == from + 1) {
          CheckpointPublisher.of(disk, Clock.systemUTC(), log)
              .publish(id, Checkpoints.content(NEXT_STATE, new Next.State(numbers, Next.Kind.PUT)));
        }
        history.attempt("to records " + number);
        records.append(new Next.Put(Optional.of("me"), "record", number));
        records.sync();
        history.promise("records have " + number);
      }
    }
  }

  private static String text(int number) {
    return "x".repeat(TEXT_CHARS) + number;
  }

  @Override
  public void restart(CrashDirectory disk, History<String> history) throws IOException {
    requireRefused(disk.copy());
    WalWriter.open(disk, NEXT, options()).close();
    Next.State state = recover(disk);
    assertThat(state.kind()).isEqualTo(Next.Kind.PUT);
    check(state.numbers(), "to log ", "log has ", history.events());
    RecordLogWriter.open(disk, RECORDS, NEXT).close();
    List<Long> records = new ArrayList<>();
    RecordLogReader.of(disk, RECORDS, NEXT)
        .list()
        .forEach(each -> records.add(((Next.Put) each).number()));
    check(records, "to records ", "records have ", history.events());
    next(disk, history, 100 * (1 + history.events().size()));
  }

  private static Next.State recover(Directory disk) throws IOException {
    return Recoverer.<Next.State, Next.Change>of(
            disk,
            NEXT,
            () -> new Next.State(List.of(), Next.Kind.PUT),
            Checkpoints.parser(NEXT_STATE),
            (state, change, id) -> with(state, (Next.Put) change))
        .recover(RecoveryOptions.latest())
        .state();
  }

  private static Next.State with(Next.State state, Next.Put put) {
    assertThat(put.text()).isEqualTo(text((int) put.number()));
    List<Long> numbers = new ArrayList<>(state.numbers());
    numbers.add(put.number());
    return new Next.State(numbers, state.kind());
  }

  /** A version that cannot read the entries is refused before it changes anything. */
  private static void requireRefused(CrashDirectory disk) throws IOException {
    if (entriesToReplay(disk) == 0) {
      return;
    }
    try (WalWriter<Forbidden.Change> log = WalWriter.open(disk, FORBIDDEN, options())) {
      throw new AssertionError("a codec that cannot read the entries opened " + log.recovered());
    } catch (SchemaException refused) {
      assertThat(refused.changes()).isNotEmpty();
    }
  }

  /** Entries of older segments do not count: a checkpoint covers them. */
  private static long entriesToReplay(Directory disk) throws IOException {
    AtomicLong count = new AtomicLong();
    try {
      WalReader.of(disk, Codecs.bytes())
          .replay(WalReplay.START, Long.MAX_VALUE, (id, entry) -> count.incrementAndGet());
    } catch (NoSuchFileException noLogYet) {
      return 0;
    }
    return count.get();
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

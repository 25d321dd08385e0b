package dev.durability.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.durability.Applied;
import dev.durability.CheckpointPolicy;
import dev.durability.Command;
import dev.durability.CommandMachine;
import dev.durability.DurableState;
import dev.durability.codec.Codec;
import dev.durability.codec.PostcardCodec;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Results, histories of logs and entries of earlier versions are checked, too. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DeterminismOfHistoriesTest extends DeterminismFixture {
  /** What is done in a set of names. */
  sealed interface NameCommand {}

  /** Answers with the names; the state is the same in each JVM. */
  record Reserve(String name) implements NameCommand, Command<SortedSet<String>, List<String>> {
    @Override
    public Applied<SortedSet<String>, List<String>> applyTo(SortedSet<String> names, long entryId) {
      names.add(name + entryId);
      return new Applied<>(names, List.copyOf(names));
    }
  }

  /** Answers with all names as a set, in which order does not count. */
  record All(int unused) implements NameCommand, Command<SortedSet<String>, Set<Reserve>> {
    @Override
    public Applied<SortedSet<String>, Set<Reserve>> applyTo(SortedSet<String> names, long entryId) {
      Set<Reserve> all = Set.of(new Reserve("a"), new Reserve("b"), new Reserve("c"));
      return new Applied<>(names, all);
    }
  }

  /** Answers with any two of the names. */
  record Some(int unused) implements NameCommand, Command<SortedSet<String>, List<String>> {
    @Override
    public Applied<SortedSet<String>, List<String>> applyTo(SortedSet<String> names, long entryId) {
      return new Applied<>(names, List.copyOf(Set.of("one", "two")));
    }
  }

  /** The machine of these. */
  static final class Names extends CommandMachine<SortedSet<String>, NameCommand>
      implements MachineFactory<SortedSet<String>, NameCommand> {
    @Override
    public StateMachine<SortedSet<String>, NameCommand> machine() {
      return this;
    }

    @Override
    public Codec<NameCommand> codec() {
      return PostcardCodec.of(NameCommand.class);
    }

    @Override
    public SortedSet<String> initial() {
      return new TreeSet<>();
    }

    @Override
    public SortedSet<String> snapshot(SortedSet<String> names) {
      return new TreeSet<>(names);
    }

    @Override
    public void write(SortedSet<String> names, OutputStream out) throws IOException {
      writeTexts(names, out);
    }

    @Override
    public SortedSet<String> read(InputStream in) throws IOException {
      return readTexts(in, new TreeSet<>());
    }
  }

  @Test
  void resultsAreComparedAndSetsAmongThemWithoutTheirOrder() throws IOException {
    DeterminismCheck<SortedSet<String>, NameCommand> check =
        DeterminismCheck.of(Names.class).throughCheckpoints();
    check.check(List.of(new Reserve("a"), new All(0), new Reserve("a")));
    DeterminismFailure failure = failureOf(check, List.of(new Reserve("a"), new Some(0)));
    assertThat(failure.firstEntryId()).isEqualTo(2);
    assertThat(failure)
        .hasMessageContaining("entry 2 (Some[unused=0]) answers [")
        .hasMessageContaining("] here, but answers [");
  }

  @Test
  void theHistoryOfALogIsCheckedWithItsIdsFromItsCheckpointOn() throws IOException {
    MemoryDirectory directory = new MemoryDirectory();
    try (DurableState<SortedSet<String>, NameCommand> state =
        DurableState.open(
            directory,
            PostcardCodec.of(NameCommand.class),
            new Names(),
            CheckpointPolicy.manual(),
            WalOptions.builder().segmentBytes(4_096).build())) {
      long unused = state.update(new Reserve("a".repeat(3_000)));
      var older = state.checkpoint(); // Kept, with the entries after it.
      unused = state.update(new Reserve("b".repeat(3_000)));
      DeterminismCheck<SortedSet<String>, NameCommand> check =
          DeterminismCheck.of(Names.class).afterEachEntry();
      check.checkLog(directory);
      var newer = state.checkpoint();
      assertThat(newer.lastEntryId()).isGreaterThan(older.lastEntryId());
      assertThat(WalMaintenance.firstEntryId(directory)).isEqualTo(2);
      assertThatIllegalArgumentException().isThrownBy(() -> check.checkLog(directory));
      unused = state.update(new Reserve("c"));
      assertThat(state.execute(new Some(0))).hasSize(2);
      DeterminismFailure failure =
          catchThrowableOfType(DeterminismFailure.class, () -> check.checkLog(directory));
      assertThat(failure).isNotNull();
      assertThat(failure.firstEntryId()).isEqualTo(4);
    }
  }

  record Span(int from, int to) {}

  /** The same in another version. */
  static final class Later {
    record Span(int to, int from) {}
  }

  /** Refuses what ends before it begins. */
  static final class Spans
      implements StateMachine<Integer, Later.Span>, MachineFactory<Integer, Later.Span> {
    @Override
    public StateMachine<Integer, Later.Span> machine() {
      return this;
    }

    @Override
    public Codec<Later.Span> codec() {
      return PostcardCodec.of(Later.Span.class, MethodHandles.lookup());
    }

    @Override
    public Integer initial() {
      return 0;
    }

    @Override
    public Integer apply(Integer state, Later.Span span) {
      if (span.from() > span.to()) {
        throw new IllegalArgumentException("from " + span.from() + " to " + span.to());
      }
      return state + span.to() - span.from();
    }

    @Override
    public Integer snapshot(Integer state) {
      return state;
    }

    @Override
    public void write(Integer state, OutputStream out) throws IOException {
      new DataOutputStream(out).writeInt(state);
    }

    @Override
    public Integer read(InputStream in) throws IOException {
      return new DataInputStream(in).readInt();
    }
  }

  @Test
  void entriesOfAnEarlierVersionAreCheckedAsTheMachineGetsThem() throws IOException {
    MemoryDirectory directory = new MemoryDirectory();
    Codec<Span> codec = PostcardCodec.of(Span.class, MethodHandles.lookup());
    try (WalWriter<Span> log = WalWriter.open(directory, codec, WalOptions.defaults())) {
      long unused = log.append(new Span(1, 2));
    }
    DeterminismCheck.of(Spans.class).checkLog(directory);
  }

  /** Cannot be made by another JVM. */
  static final class WithArgument extends Texts {
    private final String text;

    WithArgument(String text) {
      this.text = text;
    }

    @Override
    String added(List<String> state, String entry) {
      return text;
    }
  }

  @Test
  void whatCannotBeCheckedIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DeterminismCheck.of(WithArgument.class))
        .withMessageContaining("constructor without arguments");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DeterminismCheck.of(Right.class).check(List.of()))
        .withMessageContaining("no entries");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DeterminismCheck.of(Right.class).timeMax(Duration.ZERO));
  }
}

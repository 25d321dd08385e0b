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
import dev.durability.codec.Codecs;
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
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Machines that are not deterministic are found, and those that are pass. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DeterminismCheckTest {
  private static void writeTexts(Collection<String> texts, OutputStream out) throws IOException {
    DataOutputStream data = new DataOutputStream(out);
    data.writeInt(texts.size());
    for (String text : texts) {
      data.writeUTF(text);
    }
  }

  private static <C extends Collection<String>> C readTexts(InputStream in, C texts)
      throws IOException {
    DataInputStream data = new DataInputStream(in);
    for (int left = data.readInt(); left > 0; left--) {
      texts.add(data.readUTF());
    }
    return texts;
  }

  /** True in the JVM of the test alone. */
  static volatile boolean here;

  /** Names the file that another JVM locks. */
  private static final String LOCK = "determinism.lock";

  /** Would give up their locks if they were collected. */
  private static final List<FileChannel> LOCKED = new ArrayList<>();

  /** A state of texts; the entry says which is added. */
  abstract static class Texts
      implements StateMachine<List<String>, String>, MachineFactory<List<String>, String> {

    /** What is added for an entry that is no plain text. */
    abstract String added(List<String> state, String entry);

    @Override
    public StateMachine<List<String>, String> machine() {
      return this;
    }

    @Override
    public Codec<String> codec() {
      return Codecs.utf8();
    }

    @Override
    public List<String> initial() {
      return new ArrayList<>();
    }

    @Override
    public List<String> apply(List<String> state, String entry) {
      state.add(entry.startsWith("plain") ? entry : added(state, entry));
      return state;
    }

    @Override
    public List<String> snapshot(List<String> state) {
      return new ArrayList<>(state);
    }

    @Override
    public void write(List<String> state, OutputStream out) throws IOException {
      writeTexts(state, out);
    }

    @Override
    public List<String> read(InputStream in) throws IOException {
      return readTexts(in, new ArrayList<>());
    }
  }

  /** Entries of which only the third is not plain. */
  private static final List<String> THIRD = List.of("plain 1", "plain 2", "third", "plain 4");

  private static <E> DeterminismFailure failureOf(
      DeterminismCheck<?, E> check, List<? extends E> entries) {
    DeterminismFailure failure =
        catchThrowableOfType(DeterminismFailure.class, () -> check.check(entries));
    assertThat(failure).isNotNull();
    return failure;
  }

  private static void assertFoundAtTheThird(
      Class<? extends MachineFactory<List<String>, String>> factory) {
    DeterminismFailure failure = failureOf(DeterminismCheck.of(factory).afterEachEntry(), THIRD);
    assertThat(failure.firstEntryId()).as(failure.getMessage()).isEqualTo(3);
    assertThat(failure)
        .hasMessageStartingWith("not deterministic: entry 3 (third) leaves a state of ")
        .hasMessageContaining(" here, but one of ");
  }

  /** Iterates over sets only where their order does not matter. */
  static final class Right extends Texts {
    @Override
    String added(List<String> state, String entry) {
      return new TreeSet<>(Set.of(entry, "a", "b")) + " after " + new HashSet<>(state).size();
    }
  }

  @Test
  void whatIsDeterministicPasses() throws IOException {
    DeterminismCheck.of(Right.class).afterEachEntry().throughCheckpoints().check(THIRD);
  }

  /** The smallest set that has an order. */
  static final class SetOfTwo extends Texts {
    @Override
    String added(List<String> state, String entry) {
      return String.join(" ", Set.of("one", "two"));
    }
  }

  static final class MapOfMany extends Texts {
    @Override
    String added(List<String> state, String entry) {
      return Map.of("a", 1, "b", 2, "c", 3, "d", 4, "e", 5, "f", 6, "g", 7, "h", 8).toString();
    }
  }

  @Test
  void theOrderOfSetsAndMapsIsFound() {
    assertFoundAtTheThird(SetOfTwo.class);
    assertFoundAtTheThird(MapOfMany.class);
  }

  static final class Clock extends Texts {
    @Override
    String added(List<String> state, String entry) {
      return "at " + System.nanoTime();
    }
  }

  static final class WallClock extends Texts {
    @Override
    String added(List<String> state, String entry) {
      return "at " + System.currentTimeMillis();
    }
  }

  @Test
  void clocksAreFound() {
    assertFoundAtTheThird(Clock.class);
    assertFoundAtTheThird(WallClock.class);
  }

  static final class Identity extends Texts {
    @Override
    String added(List<String> state, String entry) {
      return "object " + System.identityHashCode(new Object());
    }
  }

  private enum Letter {
    A,
    B,
    C,
    D,
    E,
    F,
    G,
    H
  }

  /** A hash set of what has no hash code of its own. */
  static final class IdentityOrder extends Texts {
    @Override
    String added(List<String> state, String entry) {
      return new HashSet<>(List.of(Letter.values())).toString();
    }
  }

  @Test
  void identityHashCodesAndTheOrderThatTheyGiveAreFound() {
    assertFoundAtTheThird(Identity.class);
    assertFoundAtTheThird(IdentityOrder.class);
  }

  static final class DefaultLocale extends Texts {
    @Override
    String added(List<String> state, String entry) {
      return Locale.getDefault() + " " + ZoneId.systemDefault();
    }
  }

  @Test
  void theLocaleAndTheTimeZoneOfTheMachineAreFound() {
    assertFoundAtTheThird(DefaultLocale.class);
  }

  /** Forgets the clock of an entry with the next one. */
  static final class Healing extends Texts {
    @Override
    public List<String> apply(List<String> state, String entry) {
      List<String> next = new ArrayList<>();
      next.add(entry.equals("third") ? "at " + System.nanoTime() : entry);
      return next;
    }

    @Override
    String added(List<String> state, String entry) {
      return "";
    }
  }

  @Test
  void theFirstEntryIsFoundAlsoIfOnlyTheLastStateIsCompared() {
    DeterminismFailure failure = failureOf(DeterminismCheck.of(Clock.class), THIRD);
    assertThat(failure.firstEntryId()).isEqualTo(3);
  }

  @Test
  void whatALaterEntryMakesGoodIsFoundIfEachStateIsCompared() throws IOException {
    DeterminismCheck.of(Healing.class).check(THIRD);
    DeterminismFailure failure =
        failureOf(DeterminismCheck.of(Healing.class).afterEachEntry(), THIRD);
    assertThat(failure.firstEntryId()).isEqualTo(3);
  }

  /** Counts in a field of its own, which is not in what is written. */
  static final class Forgetful extends Texts {
    private int count;

    @Override
    public List<String> apply(List<String> state, String entry) {
      count++;
      return super.apply(state, entry);
    }

    @Override
    String added(List<String> state, String entry) {
      return "the " + count + "th";
    }
  }

  @Test
  void whatIsNotWrittenIsFoundThroughCheckpoints() throws IOException {
    DeterminismFailure failure =
        failureOf(DeterminismCheck.of(Forgetful.class).throughCheckpoints(), THIRD);
    assertThat(failure.firstEntryId()).isEqualTo(3);
    assertThat(failure).hasMessageContaining("read it again after [1, 2, 3]");
  }

  /** Depends on the order of texts, and writes them sorted. */
  static final class OrderNotWritten extends Texts {
    @Override
    public void write(List<String> state, OutputStream out) throws IOException {
      super.write(List.copyOf(new TreeSet<>(state)), out);
    }

    @Override
    String added(List<String> state, String entry) {
      return "after " + state.get(0);
    }
  }

  @Test
  void anOrderThatIsNotWrittenIsFoundThroughCheckpoints() throws IOException {
    List<String> entries = List.of("plain 2", "plain 1", "third");
    DeterminismFailure failure =
        failureOf(DeterminismCheck.of(OrderNotWritten.class).throughCheckpoints(), entries);
    assertThat(failure.firstEntryId()).isEqualTo(3);
  }

  /** Says something, and goes on otherwise than in the JVM of the test. */
  static final class Elsewhere extends Texts {
    @Override
    String added(List<String> state, String entry) {
      if (here) {
        return "here";
      }
      System.out.println("applied elsewhere");
      switch (entry) {
        case "throw" -> throw new IllegalStateException("of the other JVM");
        case "exit" -> Runtime.getRuntime().halt(7);
        case "hang" -> hang();
        case "lock" -> {
          lock();
          hang();
        }
        default -> {}
      }
      return "elsewhere";
    }

    private static void lock() {
      try {
        FileChannel file =
            FileChannel.open(Path.of(System.getProperty(LOCK)), StandardOpenOption.WRITE);
        FileLock unused = file.lock();
        file.write(ByteBuffer.wrap(new byte[1]));
        LOCKED.add(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void hang() {
      while (true) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void whatTheOtherJvmThrowsAndPrintsIsTold() {
    here = true;
    DeterminismFailure failure =
        failureOf(DeterminismCheck.of(Elsewhere.class), List.of("plain", "throw"));
    assertThat(failure)
        .hasMessageStartingWith(
            "not deterministic: entry 2 (throw) is applied here, but throws"
                + " java.lang.IllegalStateException: of the other JVM in another JVM")
        .hasMessageContaining("applied elsewhere")
        .hasMessageContaining("at " + Elsewhere.class.getName());
    assertThat(failure.firstEntryId()).isEqualTo(2);
  }

  @Test
  void aJvmThatEndsEarlyIsTold() {
    here = true;
    assertThat(failureOf(DeterminismCheck.of(Elsewhere.class), List.of("exit")))
        .hasMessageStartingWith("another JVM ended with status 7 before it had applied")
        .hasMessageContaining("applied elsewhere");
  }

  @Test
  void aJvmThatTakesTooLongIsKilled() {
    here = true;
    DeterminismFailure failure =
        failureOf(
            DeterminismCheck.of(Elsewhere.class).timeMax(Duration.ofMillis(200)), List.of("hang"));
    assertThat(failure)
        .hasMessageStartingWith("other JVMs did not apply the history within PT0.2S");
    assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive)).isEmpty();
  }

  /** Waits for another JVM until it is killed. */
  static final class Parent {
    private Parent() {}

    public static void main(String[] args) throws IOException {
      here = true;
      DeterminismCheck.of(Elsewhere.class).check(List.of("lock"));
    }
  }

  @Test
  void aJvmWhoseParentIsKilledEnds(@TempDir Path temp) throws Exception {
    Path lock = Files.createFile(temp.resolve("lock"));
    Process parent =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-D" + LOCK + "=" + lock,
                "-cp",
                System.getProperty("java.class.path"),
                Parent.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      while (Files.size(lock) == 0 && parent.isAlive()) {
        Thread.onSpinWait();
      }
      assertThat(parent.isAlive()).isTrue();
    } finally {
      parent.destroyForcibly();
    }
    try (FileChannel file = FileChannel.open(lock, StandardOpenOption.WRITE);
        FileLock gotten = file.lock()) { // Waits for the end of the process that has it.
      assertThat(gotten.isValid()).isTrue();
    }
  }

  @Test
  void anEntryThatCannotBeAppliedHereIsTold() {
    here = false;
    DeterminismFailure failure =
        failureOf(DeterminismCheck.of(Elsewhere.class), List.of("plain", "throw"));
    assertThat(failure)
        .hasMessageStartingWith("entry 2 (throw) cannot be applied: it throws")
        .hasRootCauseMessage("of the other JVM");
  }

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

package dev.durability.testkit;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.codec.Decoder;
import dev.durability.codec.Schema;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.SchemaException;
import dev.durability.recovery.Recoverer;
import dev.durability.recovery.Recovery;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.Directory;
import dev.durability.testkit.Replay.Depth;
import dev.durability.testkit.Replay.Outcome;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds a {@link StateMachine} whose {@code apply}, or whose commands, are not deterministic. It
 * applies a history in this JVM, and again in others, and compares the results of commands, and
 * what {@link StateMachine#write} makes of the state.
 *
 * <pre>{@code
 * DeterminismCheck.of(MyMachineFactory.class).throughCheckpoints().check(entries);
 * }</pre>
 *
 * <p>The other JVMs have the same Java, class path, module path and heap, and those {@code -D} and
 * {@code --add-…} options that this JVM was started with. Each of them has its own order of {@code
 * Set.of} and {@code Map.of}, its own identity hash codes, and another default locale and time
 * zone. At least two are started, one after the other, and at most 16, until {@code Set.of} was
 * seen in another order than here. A JVM takes some tenths of a second.
 *
 * <p><b>What is compared.</b> Entries are encoded and decoded, as in a log. States are equal if
 * {@code write} gives the same bytes. So write sets and maps in an order that does not depend on
 * the JVM. Results are equal if their texts are: collections, maps, arrays and records are compared
 * by their elements, without the order of sets and maps, everything else by its {@code toString},
 * or by its class alone if it has none of its own.
 *
 * <p><b>What it cannot find.</b> It finds only what the history shows, and no clock that has not
 * moved on, such as today's date. What differs from machine to machine and not from JVM to JVM,
 * such as files and host names, is the same in all of them.
 *
 * <p>Immutable; each method returns a changed copy. Any number of threads may use it. The other
 * JVMs have ended when it returns or throws, and end if this one dies.
 *
 * @param <S> the type of the state
 * @param <E> the type of the entries
 */
public final class DeterminismCheck<S, E> {
  private static final int JVMS_MIN = 2;
  private static final int JVMS_MAX = 16;
  private static final int LOCATING_MAX = 16;
  private static final int CHECKPOINTS = 4;
  private static final Duration TIME_MAX = Duration.ofDays(365);

  private final Class<? extends MachineFactory<S, E>> factory;
  private final boolean afterEachEntry;
  private final boolean throughCheckpoints;
  private final Duration timeMax;

  private DeterminismCheck(
      Class<? extends MachineFactory<S, E>> factory,
      boolean afterEachEntry,
      boolean throughCheckpoints,
      Duration timeMax) {
    this.factory = factory;
    this.afterEachEntry = afterEachEntry;
    this.throughCheckpoints = throughCheckpoints;
    this.timeMax = timeMax;
  }

  /**
   * Creates a check that gives the other JVMs a minute.
   *
   * @param factory makes the machine, here and in the other JVMs
   * @param <S> the type of the state
   * @param <E> the type of the entries
   * @return the check; nothing has started yet
   * @throws IllegalArgumentException if the class has no constructor without arguments, or that
   *     constructor is not accessible or throws
   */
  public static <S, E> DeterminismCheck<S, E> of(Class<? extends MachineFactory<S, E>> factory) {
    MachineFactory<S, E> unused = Replay.make(factory);
    return new DeterminismCheck<>(factory, false, false, Duration.ofMinutes(1));
  }

  /**
   * Also compares the state after each entry, and not only at the end: finds differences that later
   * entries make good. It writes the whole state each time.
   *
   * @return the changed check
   */
  public DeterminismCheck<S, E> afterEachEntry() {
    return new DeterminismCheck<>(factory, true, throughCheckpoints, timeMax);
  }

  /**
   * Makes the other JVMs write the state, and read it again with a new machine, up to four times on
   * the way, as a recovery from a checkpoint does. Finds a state that is not written completely,
   * and an {@code apply} that depends on what a written state does not keep, such as the order of a
   * {@code HashMap}.
   *
   * @return the changed check
   */
  public DeterminismCheck<S, E> throughCheckpoints() {
    return new DeterminismCheck<>(factory, afterEachEntry, true, timeMax);
  }

  /**
   * Limits the time of the other JVMs. What the machine takes in this JVM is not limited.
   *
   * @param time the time after which they are killed and the check fails; above zero, and a year at
   *     most counts
   * @return the changed check
   */
  public DeterminismCheck<S, E> timeMax(Duration time) {
    if (time.isZero() || time.isNegative()) {
      throw new IllegalArgumentException("timeMax must be above zero, not " + time);
    }
    Duration bounded = time.compareTo(TIME_MAX) > 0 ? TIME_MAX : time;
    return new DeterminismCheck<>(factory, afterEachEntry, throughCheckpoints, bounded);
  }

  /**
   * Checks a history that begins with the initial state.
   *
   * @param entries the entries; their ids are 1, 2 and so on
   * @throws DeterminismFailure if a JVM made something else of it than this one, or could not apply
   *     an entry, or took too long
   * @throws IllegalArgumentException if there are no entries
   * @throws IOException if the codec fails, or a JVM cannot be started, or the thread is
   *     interrupted
   */
  public void check(List<? extends E> entries) throws IOException {
    Codec<E> codec = Replay.make(factory).codec();
    List<byte[]> encoded = new ArrayList<>();
    for (E entry : entries) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      codec.encode(entry, bytes);
      encoded.add(bytes.toByteArray());
    }
    check(new Replay.Entries(null, 1, encoded));
  }

  /**
   * Checks the history that a log holds: all of its entries or, if it no longer begins with entry
   * 1, those after its newest usable checkpoint. It changes nothing, and the log may be open
   * meanwhile.
   *
   * @param directory where the log and its checkpoints are
   * @throws DeterminismFailure as {@link #check(List)}
   * @throws IllegalArgumentException if there are no entries to apply
   * @throws IOException if there is no log, or it cannot be read; or as {@link #check(List)}
   */
  public void checkLog(Directory directory) throws IOException {
    if (WalMaintenance.firstEntryId(directory) == 1) {
      Replay.Entries all;
      try {
        all = entries(directory, Replay.make(factory).codec(), null, 1);
      } catch (CorruptLogException e) {
        // A crash may bring back a segment that was removed, and not the one after it.
        all = entriesAfterCheckpoint(directory);
      }
      check(all);
    } else {
      check(entriesAfterCheckpoint(directory));
    }
  }

  private Replay.Entries entriesAfterCheckpoint(Directory directory) throws IOException {
    MachineFactory<S, E> made = Replay.make(factory);
    StateMachine<S, E> machine = made.machine();
    Recovery<S> newest = Recoverer.of(directory, made.codec(), machine).loadCheckpoint();
    byte[] start = Replay.bytes(machine, newest.state());
    return entries(directory, made.codec(), start, newest.lastEntryId() + 1);
  }

  /** The bytes of entries as a codec encodes them now. */
  private record AsOfNow<E>(Codec<E> codec) implements Codec<byte[]> {
    @Override
    public void encode(byte[] value, OutputStream out) throws IOException {
      Codecs.bytes().encode(value, out);
    }

    @Override
    public byte[] decode(ByteBuffer in) throws IOException {
      return Codecs.bytes().decode(in);
    }

    @Override
    public Optional<Schema> schema() {
      return codec.schema();
    }

    /** Those of another schema are encoded again. */
    @Override
    public Decoder<byte[]> decoderOf(Optional<Schema> written) throws SchemaException {
      Decoder<E> decoder = codec.decoderOf(written);
      if (codec.schema().isEmpty() || codec.schema().equals(written)) {
        return this;
      }
      return in -> {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        codec.encode(decoder.decode(in), bytes);
        return bytes.toByteArray();
      };
    }
  }

  private static <E> Replay.Entries entries(
      Directory directory, Codec<E> codec, byte @Nullable [] start, long firstId)
      throws IOException {
    List<byte[]> entries = new ArrayList<>();
    WalReader.of(directory, new AsOfNow<>(codec))
        .replay(firstId, Long.MAX_VALUE, (id, bytes) -> entries.add(bytes));
    return new Replay.Entries(start, firstId, entries);
  }

  private void check(Replay.Entries entries) throws IOException {
    if (entries.encoded().isEmpty()) {
      throw new IllegalArgumentException(
          "the history has no entries, so there is nothing to check");
    }
    Depth depth = afterEachEntry ? Depth.EACH_STATE : Depth.LAST_STATE;
    Outcome here = applyHere(entries, depth);
    long deadline = System.nanoTime() + timeMax.toNanos();
    boolean otherOrder = false;
    for (int jvm = 0; jvm < JVMS_MIN || (jvm < JVMS_MAX && !otherOrder); jvm++) {
      OtherJvm.Result there = applyElsewhere(entries, depth, jvm, deadline);
      Difference difference = Difference.between(here, there);
      if (difference != null) {
        throw failure(entries, located(entries, difference, jvm, deadline));
      }
      otherOrder |= there.outcome().setOrder() != here.setOrder();
    }
  }

  private Outcome applyHere(Replay.Entries entries, Depth depth) throws IOException {
    Outcome here = Replay.apply(factory, entries, depth, 0);
    Throwable thrown = here.thrown();
    if (thrown != null) {
      int last = here.steps().size() - 1;
      throw new DeterminismFailure(
          name(entries, last) + " cannot be applied: it " + here.steps().get(last).answer(),
          entries.firstId() + last,
          thrown);
    }
    return here;
  }

  private OtherJvm.Result applyElsewhere(
      Replay.Entries entries, Depth depth, int jvm, long deadline) throws IOException {
    return new OtherJvm(factory, jvm, deadline, timeMax).apply(entries, depth, checkpoints());
  }

  private int checkpoints() {
    return throughCheckpoints ? CHECKPOINTS : 0;
  }

  /**
   * Looks for the first entry after which two states differ that differed in the end. What depends
   * on chance may not be seen again.
   */
  private Difference located(Replay.Entries entries, Difference found, int jvm, long deadline)
      throws IOException {
    if (afterEachEntry) {
      return found;
    }
    try {
      Outcome here = applyHere(entries, Depth.EACH_STATE);
      for (int i = 0; i < LOCATING_MAX; i++) {
        Difference first =
            Difference.between(here, applyElsewhere(entries, Depth.EACH_STATE, jvm + i, deadline));
        if (first != null) {
          return first.index() <= found.index() ? first : found;
        }
      }
      return found;
    } catch (DeterminismFailure brokenOff) {
      return found; // It takes longer with so many states, or throws this time.
    }
  }

  private DeterminismFailure failure(Replay.Entries entries, Difference difference) {
    List<Long> checkpoints = new ArrayList<>();
    for (int i = 0; i <= difference.index(); i++) {
      if (Replay.isCheckpoint(i, entries.encoded().size(), checkpoints())) {
        checkpoints.add(entries.firstId() + i);
      }
    }
    String written =
        checkpoints.isEmpty()
            ? ""
            : ". The other JVM had written the state and read it again after " + checkpoints;
    return new DeterminismFailure(
        "not deterministic: "
            + name(entries, difference.index())
            + " "
            + difference.what()
            + written
            + difference.said(),
        entries.firstId() + difference.index(),
        null);
  }

  private String name(Replay.Entries entries, int index) {
    String text = Replay.text(factory, entries.encoded().get(index));
    return "entry " + (entries.firstId() + index) + " (" + text + ")";
  }

  /**
   * The first place where two replays differ.
   *
   * @param index the index of the entry
   * @param what how they differ
   * @param said what the other JVM printed
   */
  private record Difference(int index, String what, String said) {

    static @Nullable Difference between(Outcome here, OtherJvm.Result there) {
      List<Replay.Step> others = there.outcome().steps();
      for (int i = 0; i < others.size(); i++) {
        Replay.Step mine = here.steps().get(i);
        Replay.Step other = others.get(i);
        if (!mine.answer().equals(other.answer())) {
          return new Difference(i, differ(mine.answer(), other.answer()), there.said());
        }
        if (!mine.state().equals(other.state())) {
          return new Difference(
              i,
              differ("leaves a state of " + mine.state(), "one of " + other.state()),
              there.said());
        }
      }
      return null;
    }

    private static String differ(String here, String there) {
      return here + " here, but " + there + " in another JVM";
    }
  }
}

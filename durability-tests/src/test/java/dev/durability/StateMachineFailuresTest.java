package dev.durability;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FrameFormat;
import dev.durability.recovery.Recoverer;
import dev.durability.recovery.RecoveryOptions;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.AppendFile;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.ReadFile;
import dev.durability.testkit.Fault;
import dev.durability.testkit.Fault.Operation;
import dev.durability.testkit.FaultDirectory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the user's state machine throws, or leaves unread, names what it was about. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StateMachineFailuresTest {
  private static final String CHECKPOINT = "checkpoints/00000000000000000002.ckpt";
  private static final String SEGMENT = "wal/00000000000000000001-00000000000000000001.wal";

  private final MemoryDirectory disk = new MemoryDirectory();

  /** The state is a text. Each of the steps can be another. */
  private static final class Text implements StateMachine<String, String> {
    Step<InputStream, String> reading = in -> new String(in.readAllBytes(), US_ASCII);
    @Nullable Step<OutputStream, String> writing;
    Function<String, String> applying = entry -> entry;
    UnaryOperator<@Nullable String> copying = state -> state;

    interface Step<T, R> {
      R run(T stream) throws IOException;
    }

    @Override
    public String initial() {
      return "";
    }

    @Override
    public String apply(String state, String entry) {
      return state + applying.apply(entry);
    }

    @Override
    public String snapshot(String state) {
      return copying.apply(state);
    }

    @Override
    public void write(String state, OutputStream out) throws IOException {
      if (writing != null) {
        writing.run(out);
      } else {
        out.write(state.getBytes(US_ASCII));
      }
    }

    @Override
    public String read(InputStream in) throws IOException {
      return reading.run(in);
    }
  }

  private DurableState<String, String> open(Text machine) throws IOException {
    return DurableState.open(
        disk, Codecs.utf8(), machine, CheckpointPolicy.manual(), WalOptions.defaults());
  }

  /** Two entries in a checkpoint of 2,000 bytes, and one after it. */
  private void writeLog() throws IOException {
    try (var state = open(new Text())) {
      state.update("a".repeat(1_500));
      state.update("b".repeat(500));
      state.checkpoint();
      state.update("c");
    }
  }

  @Test
  void readThatFailsOrLeavesAPartUnreadNamesTheCheckpointAndTheOffset() throws IOException {
    writeLog();
    List<String> files = disk.list("wal");
    int start = FileHeader.BYTES + FrameFormat.OVERHEAD_BYTES;
    Map<String, Text.Step<InputStream, String>> readings =
        Map.of(
            "left its last 2000 bytes unread, from offset " + FileHeader.BYTES + " on",
            in -> "",
            "left its last 1993 bytes unread, from offset " + (start + 7) + " on",
            in -> new String(in.readNBytes(7), US_ASCII),
            "left its last 1 bytes unread, from offset " + (start + 1999) + " on",
            in -> new String(in.readNBytes(1999), US_ASCII),
            "failed at offset " + (start + 2000) + ": java.io.EOFException: too much",
            in -> {
              if (in.readNBytes(2001).length < 2001) {
                throw new EOFException("too much");
              }
              return "";
            },
            "failed at offset " + (start + 3) + ": java.lang.ArithmeticException: mine",
            in -> {
              in.readNBytes(3);
              throw new ArithmeticException("mine");
            },
            "failed at offset " + (start + 4) + ": java.nio.file.NoSuchFileException: other",
            in -> {
              in.readNBytes(4);
              throw new NoSuchFileException("other");
            },
            "failed at offset " + (start + 5) + ": java.lang.NullPointerException",
            in -> {
              in.readNBytes(5);
              return null;
            });
    readings.forEach(
        (message, reading) -> {
          Text machine = new Text();
          machine.reading = reading;
          List<ThrowingCallable> calls =
              List.of(
                  () -> open(machine).close(),
                  () ->
                      Recoverer.of(disk, Codecs.utf8(), machine).recover(RecoveryOptions.latest()));
          for (var call : calls) {
            assertThatExceptionOfType(DurabilityException.class)
                .as(message)
                .isThrownBy(call)
                .withMessageContaining(CHECKPOINT + ", which ends with entry 2, ")
                .withMessageContaining(message);
          }
        });
    assertThat(disk.list("wal")).isEqualTo(files);
    try (var state = open(new Text())) {
      assertThat(state.<Integer>read(String::length)).isEqualTo(2_001);
    }
  }

  @Test
  void writeThatFailsNamesTheCheckpointAndTheOffset() throws IOException {
    FaultDirectory directory = new FaultDirectory(disk);
    Text machine = new Text();
    try (var state =
        DurableState.open(
            directory, Codecs.utf8(), machine, CheckpointPolicy.manual(), WalOptions.defaults())) {
      state.update("a");
      state.update("b");
      Exception mine = new ArithmeticException("mine");
      machine.writing =
          out -> {
            out.write('x');
            out.write(new byte[41]);
            throw (RuntimeException) mine;
          };
      assertThatExceptionOfType(DurabilityException.class)
          .isThrownBy(state::checkpoint)
          .withMessageContaining("as of entry 2 to " + CHECKPOINT)
          .withMessageContaining("failed at offset 42 of the payload")
          .withCause(mine);
      // What the storage throws names the file already, and reaches the caller as it is.
      machine.writing =
          out -> {
            out.write(new byte[3 << 20]);
            return "";
          };
      directory.inject(
          Fault.of(Operation.WRITE).on(path -> path.startsWith("checkpoints/")).nth(2));
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(state::checkpoint)
          .withMessageStartingWith("writing 1048592 bytes to " + CHECKPOINT)
          .withMessageContaining(" at offset 64 ");
      machine.writing = null;
      assertThat(state.checkpoint().lastEntryId()).isEqualTo(2);
    }
  }

  @Test
  void applyThatFailsNamesTheEntryItsSegmentAndTheOffset() throws IOException {
    Text machine = new Text();
    machine.applying =
        entry -> {
          if (entry.equals("bad")) {
            throw new ArithmeticException("mine");
          }
          return entry;
        };
    String place;
    try (var state = open(machine)) {
      state.update("a");
      assertThatExceptionOfType(DurabilityException.class)
          .isThrownBy(() -> state.update("bad"))
          .withMessageContaining("mine");
      var at = WalMaintenance.find(disk, 2).orElseThrow();
      assertThat(at.file()).isEqualTo(SEGMENT);
      place = "applying entry 2 (it ends at offset " + at.offset() + " of " + SEGMENT + ") ";
      assertThatExceptionOfType(DurabilityException.class)
          .isThrownBy(() -> state.read(String::length))
          .withMessageStartingWith(place);
    }
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(() -> open(machine))
        .withMessageStartingWith(place)
        .withMessageContaining("mine");
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(
            () -> Recoverer.of(disk, Codecs.utf8(), machine).recover(RecoveryOptions.latest()))
        .withMessageStartingWith(place)
        .withMessageContaining("mine");
  }

  /**
   * What {@code read}, {@code apply} and {@code write} do not declare, they can throw all the same.
   */
  private static List<Throwable> undeclared() {
    return List.of(
        new Exception("checked"),
        new InterruptedException("checked"),
        new Throwable("neither"),
        new CorruptLogException("mine", "elsewhere", 0, 1, 1),
        new UncheckedIOException(new IOException("unchecked")),
        new AssertionError("an invariant"),
        new NoClassDefFoundError("a library"),
        new StackOverflowError(),
        new OutOfMemoryError("mine"));
  }

  @SuppressWarnings({"unchecked", "unused"}) // the class only says what T is
  private static <T extends Throwable> String sneak(Throwable thrown, Class<T> declared) throws T {
    throw (T) thrown;
  }

  /** An Error is thrown as it is and carries the place; all else is the cause of what names it. */
  private static void assertNamed(Throwable thrown, String place, ThrowingCallable call) {
    Throwable met = catchThrowable(call);
    if (thrown instanceof Error) {
      assertThat(met).isSameAs(thrown);
      assertThat(met.getSuppressed())
          .filteredOn(each -> String.valueOf(each.getMessage()).contains(place))
          .isNotEmpty();
    } else {
      assertThat(met)
          .isExactlyInstanceOf(DurabilityException.class)
          .hasMessageContaining(place)
          .hasCause(thrown);
    }
  }

  @Test
  void whateverIsThrownThePlaceIsNamed() throws IOException {
    writeLog();
    var at = WalMaintenance.find(disk, 3).orElseThrow();
    String entry = "applying entry 3 (it ends at offset " + at.offset() + " of " + at.file() + ")";
    int start = FileHeader.BYTES + FrameFormat.OVERHEAD_BYTES;
    for (Throwable thrown : undeclared()) {
      Text reads = new Text();
      reads.reading =
          in -> {
            in.readNBytes(9);
            return sneak(thrown, RuntimeException.class);
          };
      String offset = "reading the state from " + CHECKPOINT;
      assertNamed(thrown, offset, () -> open(reads).close());
      assertNamed(thrown, "failed at offset " + (start + 9), () -> recover(reads));

      Text applies = new Text();
      applies.applying = e -> sneak(thrown, RuntimeException.class);
      assertNamed(thrown, entry, () -> open(applies).close());
      assertNamed(thrown, entry, () -> recover(applies));

      Text writes = new Text();
      writes.writing =
          out -> {
            out.write(7);
            return sneak(thrown, RuntimeException.class);
          };
      try (var state = open(writes)) {
        assertNamed(thrown, "failed at offset 1 of the payload", state::checkpoint);
      }
    }
    try (var state = open(new Text())) {
      assertThat(state.<Integer>read(String::length)).isEqualTo(2_001);
    }
  }

  private void recover(Text machine) throws IOException {
    var unused = Recoverer.of(disk, Codecs.utf8(), machine).recover(RecoveryOptions.latest());
  }

  @Test
  void damageThatTheMachineMeetsFirstIsDamageWhateverItMakesOfIt() throws IOException {
    try (var state = open(new Text())) {
      state.update("a".repeat(1_500));
      state.checkpoint();
      state.update("b");
      state.checkpoint();
    }
    String newest = "checkpoints/00000000000000000002.ckpt";
    ByteBuffer bytes;
    try (ReadFile file = disk.open(newest)) {
      bytes = ByteBuffer.allocate((int) file.size());
      while (bytes.hasRemaining()) {
        assertThat(file.read(bytes, bytes.position())).isPositive();
      }
    }
    int middle = bytes.flip().limit() / 2;
    disk.delete(newest);
    try (AppendFile file = disk.create(newest, 0)) {
      file.write(bytes.put(middle, (byte) (bytes.get(middle) ^ 1)));
    }
    for (Throwable thrown : undeclared()) {
      Text machine = new Text();
      machine.reading =
          in -> {
            try {
              return new String(in.readAllBytes(), US_ASCII);
            } catch (IOException damage) {
              return sneak(thrown, RuntimeException.class);
            }
          };
      try (var state = open(machine)) {
        assertThat(state.<Integer>read(String::length)).isEqualTo(1_501);
      }
    }
  }

  @Test
  void aMachineThatReturnsNullIsTold() throws IOException {
    writeLog();
    Text machine = new Text();
    machine.copying = state -> null;
    try (var state = open(machine)) {
      assertThatExceptionOfType(NullPointerException.class)
          .isThrownBy(state::checkpoint)
          .withMessage("StateMachine.snapshot returned null");
    }
  }

  @Test
  void entriesAreFoundWhereTheyStand() throws IOException {
    writeLog();
    assertThat(WalMaintenance.find(disk, 1).orElseThrow().offset())
        .isLessThan(WalMaintenance.find(disk, 2).orElseThrow().offset());
    assertThat(WalMaintenance.find(disk, 3).orElseThrow().file()).isNotEqualTo(SEGMENT);
    assertThat(WalMaintenance.find(disk, 0)).isEmpty();
    assertThat(WalMaintenance.find(disk, 4)).isEmpty();
  }
}

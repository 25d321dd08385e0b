package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.errors.CodecException;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.log.ReplayMode;
import dev.durability.segment.CheckpointName;
import dev.durability.segment.SegmentName;
import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.ReadFile;
import dev.durability.testkit.Fault;
import dev.durability.testkit.Fault.Operation;
import dev.durability.testkit.FaultDirectory;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Codecs, targets and files that fail while a log is read. */
class WalReaderFailuresTest extends LogReadingFixture {
  @Test
  void refusalOfTheCodecNamesTheEntryAndItsPlace() throws IOException {
    new LogBuilder(directory).segment(1).entries(3).write();
    for (Exception thrown :
        List.of(
            new IllegalStateException("odd"),
            new Odd(),
            new EOFException(),
            new IOException("odd"),
            new NoSuchFileException("other"),
            new CorruptLogException("odd", "elsewhere", 0, 1, 1),
            new InterruptedException("checked"))) {
      WalReader<String> picky = WalReader.of(directory, new Picky(thrown));
      assertThatThrownBy(() -> picky.replay(0, 9, (id, entry) -> {}))
          .isInstanceOf(CodecException.class)
          .hasMessageContaining("entry 2")
          .hasMessageContaining("offset 112 of " + new SegmentName(1, 1).path())
          .hasMessageContaining(String.valueOf(thrown))
          .hasCause(thrown);
    }
    WalReader<byte[]> malformed = WalReader.of(directory, new TwoIsMalformed());
    assertThatThrownBy(malformed::readAll)
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("entry 2")
        .hasMessageContaining("malformed");
  }

  private static final class Odd extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private record Picky(Exception thrown) implements Codec<String> {
    @Override
    public void encode(String value, OutputStream out) {}

    @Override
    public String decode(ByteBuffer in) {
      if (in.get(in.position() + 1) == '2') {
        sneak(thrown, RuntimeException.class);
      }
      return "";
    }

    @SuppressWarnings({"unchecked", "unused"}) // the class only says what T is
    private static <T extends Exception> void sneak(Exception thrown, Class<T> declared) throws T {
      throw (T) thrown;
    }
  }

  private record TwoIsMalformed() implements Codec<byte[]> {
    @Override
    public void encode(byte[] value, OutputStream out) {}

    @Override
    public byte[] decode(ByteBuffer in) throws IOException {
      if (in.get(in.position() + 1) == '2') {
        throw new CodecException("malformed");
      }
      return new byte[0];
    }
  }

  @Test
  void codecThatTurnsTheByteOrderOfItsViewDoesNotDisturbTheReading() throws IOException {
    log();
    Codec<Integer> turning =
        new Codec<>() {
          @Override
          public void encode(Integer value, OutputStream out) {}

          @Override
          public Integer decode(ByteBuffer in) {
            assertThat(in.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
            return in.order(ByteOrder.BIG_ENDIAN).remaining();
          }
        };
    assertThat(WalReader.of(directory, turning).readAll())
        .extracting(WalRecord::id)
        .isEqualTo(range(1, 11));
  }

  @Test
  void streamThrowsUncheckedClosesItsFileAndIsNotReadAfterwards() throws IOException {
    log();
    OpenFiles files = new OpenFiles(directory);
    FaultDirectory failing = new FaultDirectory(files);
    WalReader<String> failingReader = WalReader.of(failing, Codecs.utf8());
    try (Stream<WalRecord<String>> stream = failingReader.stream(1)) {
      Iterator<WalRecord<String>> iterator = stream.iterator();
      iterator.next();
      failing.inject(Fault.of(Operation.READ).always());
      failing.inject(Fault.of(Operation.OPEN).always());
      assertThatThrownBy(() -> iterator.forEachRemaining(record -> {}))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("injected");
    }
    assertThat(files.count()).isZero();
    failing.heal();
    Stream<WalRecord<String>> stream = failingReader.stream(1);
    Iterator<WalRecord<String>> iterator = stream.iterator();
    iterator.next();
    stream.close();
    assertThat(files.count()).isZero();
    assertThatThrownBy(() -> iterator.forEachRemaining(record -> {}))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("closed");
    assertThat(files.count()).isZero();
  }

  @Test
  void streamWhoseFileCannotBeClosedThrowsUnchecked() throws IOException {
    log();
    boolean[] fails = {false};
    Directory bad =
        new ForwardingDirectory(directory) {
          @Override
          public ReadFile open(String path) throws IOException {
            ReadFile file = super.open(path);
            return new ReadFile() {
              @Override
              public int read(ByteBuffer target, long position) throws IOException {
                return file.read(target, position);
              }

              @Override
              public long size() throws IOException {
                return file.size();
              }

              @Override
              public void close() throws IOException {
                file.close();
                if (fails[0]) {
                  throw new IOException("not closed");
                }
              }
            };
          }
        };
    Stream<WalRecord<String>> stream = WalReader.of(bad, Codecs.utf8()).stream(9);
    stream.iterator().next();
    fails[0] = true;
    assertThatThrownBy(stream::close)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("not closed");
  }

  @Test
  void failureAnywhereReachesTheCallerAndLeavesNoFileOpen() throws IOException {
    LogBuilder log = log();
    log.checkpointFile(CheckpointName.path(2), LogBuilder.LOG_ID, 2);
    log.flip(80).write(); // Damage makes it look again.
    for (Operation operation :
        List.of(Operation.OPEN, Operation.READ, Operation.SIZE, Operation.LIST)) {
      for (int nth = 1; ; nth++) {
        OpenFiles files = new OpenFiles(directory);
        FaultDirectory failing = new FaultDirectory(files).inject(Fault.of(operation).nth(nth));
        WalReader<String> one = WalReader.of(failing, Codecs.utf8(), ReplayMode.STRICT);
        if (failingReplay(one) && failing.injected() == 0) {
          break; // It needed fewer.
        }
        assertThat(failing.injected()).isEqualTo(1);
        assertThat(files.count()).as(operation + " " + nth).isZero();
      }
    }
  }

  /** Whether it ended with the verdict, and not with the injected failure. */
  private static boolean failingReplay(WalReader<String> one) {
    try {
      one.replay(0, Long.MAX_VALUE, (id, entry) -> {});
      throw new AssertionError("neither the failure nor the damage was seen");
    } catch (DurabilityException verdict) {
      return true;
    } catch (IOException failure) {
      assertThat(failure).hasMessageContaining("injected");
      return false;
    }
  }

  @Test
  void targetThatThrowsEndsTheReplayAndItsExceptionComesThrough() throws IOException {
    log();
    IOException mine = new IOException("enough");
    List<Long> seen = new ArrayList<>();
    assertThatThrownBy(
            () ->
                reader.replay(
                    0,
                    99,
                    (id, entry) -> {
                      seen.add(id);
                      if (id == 5) {
                        throw mine;
                      }
                    }))
        .isSameAs(mine);
    assertThat(seen).isEqualTo(range(1, 5));
  }
}

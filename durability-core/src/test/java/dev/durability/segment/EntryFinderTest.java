package dev.durability.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.codec.Decoder;
import dev.durability.codec.Schema;
import dev.durability.storage.AppendFile;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.ReadFile;
import dev.durability.wal.LogBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Which files an EntryFinder keeps open, how much it reads, and what it decodes. */
class EntryFinderTest {
  private static final int OPEN_MAX = 32;
  private static final int WINDOW_BYTES = 20 << 10;
  private static final long TIMEOUT_MILLIS = 300_000;
  private static final SegmentName FIRST = new SegmentName(1, 1);

  /** Counts what is opened, is open and is read, and fails where a test wants it. */
  private static final class Watched extends ForwardingDirectory {
    private final List<ReadFile> open = new CopyOnWriteArrayList<>();
    private int opened;
    private long bytesRead;
    private int readsLeft = Integer.MAX_VALUE;
    private boolean closingFails;

    Watched(MemoryDirectory under) {
      super(under);
    }

    @Override
    public ReadFile open(String path) throws IOException {
      ReadFile under = super.open(path);
      ReadFile file =
          new ReadFile() {
            @Override
            public int read(ByteBuffer target, long position) throws IOException {
              if (readsLeft-- <= 0) {
                throw new IOException("Input/output error");
              }
              int count = under.read(target, position);
              bytesRead += Math.max(0, count);
              return count;
            }

            @Override
            public long size() throws IOException {
              return under.size();
            }

            @Override
            public void close() throws IOException {
              open.remove(this);
              under.close();
              if (closingFails) {
                throw new IOException("closing failed");
              }
            }
          };
      opened++;
      open.add(file);
      return file;
    }
  }

  /** Gives the text of an entry with the descriptor of the schema that it was written under. */
  private static final class Labelling implements Codec<String> {
    @Override
    public void encode(String value, OutputStream out) throws IOException {
      Codecs.utf8().encode(value, out);
    }

    @Override
    public String decode(ByteBuffer in) throws IOException {
      return Codecs.utf8().decode(in);
    }

    @Override
    public Decoder<String> decoderOf(Optional<Schema> written) {
      String label =
          written.map(s -> StandardCharsets.UTF_8.decode(s.descriptor()).toString()).orElse("none");
      return in -> decode(in) + " by " + label;
    }
  }

  private final MemoryDirectory memory = new MemoryDirectory();
  private final Watched directory = new Watched(memory);
  private final EntryIndex index = new EntryIndex();
  private final EntryFinder finder = new EntryFinder(directory, index);
  private final Decoding<String> utf8 = new Decoding<>(Codecs.utf8());

  private List<String> read(SegmentName segment, long fromId, long toId, Decoding<String> decoding)
      throws IOException {
    List<String> found = new ArrayList<>();
    assertThat(finder.read(segment, fromId, toId, decoding, (id, entry) -> found.add(entry)))
        .isEqualTo(fromId + found.size());
    return found;
  }

  private String read(SegmentName segment, long id) throws IOException {
    return String.join(", ", read(segment, id, id, utf8));
  }

  private LogBuilder builder() throws IOException {
    return new LogBuilder(memory);
  }

  /** A segment of some 200 KB. */
  private LogBuilder large() throws IOException {
    LogBuilder log = builder().segment(1);
    for (int i = 1; i <= 400; i++) {
      log.entry(i + "-" + "x".repeat(490));
    }
    return log;
  }

  @Test
  void segmentStaysOpenFromOneEntryToTheNextUntilTheFinderIsClosed() throws IOException {
    builder().segment(1).entries(9).write();
    for (long id = 1; id <= 9; id++) {
      assertThat(read(FIRST, id)).isEqualTo("e" + id);
    }
    assertThat(directory.opened).isEqualTo(1);
    assertThat(directory.open).hasSize(1);
    finder.close();
    assertThat(directory.open).isEmpty();
  }

  @Test
  void rangeLeavesNoFileOpenAndTakesNoneThatIsOpen() throws IOException {
    builder().segment(1).entries(9).write();
    assertThat(read(FIRST, 3, 5, utf8)).containsExactly("e3", "e4", "e5");
    assertThat(directory.open).isEmpty();
    assertThat(read(FIRST, 2)).isEqualTo("e2");
    assertThat(read(FIRST, 1, 9, utf8)).hasSize(9);
    assertThat(directory.open).as("the one for single entries").hasSize(1);
    assertThat(directory.opened).isEqualTo(3);
  }

  @Test
  void segmentIsClosedIfReadingFailed() throws IOException {
    builder().segment(1).entries(9).write();
    EntryFinder.Target<String> failing =
        (id, entry) -> {
          throw new IOException("the caller's");
        };
    for (long toId : new long[] {1, 5}) {
      assertThatThrownBy(() -> finder.read(FIRST, 1, toId, utf8, failing))
          .hasMessage("the caller's");
      assertThat(directory.open).as("entries 1 to %d", toId).isEmpty();
    }
  }

  @Test
  void segmentIsClosedIfOpeningItFailed() throws IOException {
    builder().segment(1).schema("text", "A").entries(9).write();
    for (int reads = 0; reads < 2; reads++) {
      directory.readsLeft = reads;
      assertThatThrownBy(() -> read(FIRST, 1)).hasMessage("Input/output error");
      assertThat(directory.open).as("read %d fails", reads + 1).isEmpty();
    }
  }

  @Test
  void atMost32SegmentsStayOpenThoseThatWereUsedLast() throws IOException {
    LogBuilder log = builder();
    List<SegmentName> names = new ArrayList<>();
    for (int i = 1; i <= OPEN_MAX + 2; i++) {
      log.segment(i).entries(1).end(0).write();
      names.add(new SegmentName(i, i));
      assertThat(read(names.get(i - 1), i)).isEqualTo("e" + i);
      assertThat(directory.open).hasSize(Math.min(i, OPEN_MAX));
    }
    for (int i = OPEN_MAX + 2; i > 2; i--) {
      assertThat(read(names.get(i - 1), i)).isEqualTo("e" + i);
    }
    assertThat(directory.opened).as("those were open").isEqualTo(OPEN_MAX + 2);
    assertThat(read(names.get(0), 1)).isEqualTo("e1");
    assertThat(directory.opened).isEqualTo(OPEN_MAX + 3);
    finder.close();
    assertThat(directory.open).isEmpty();
  }

  @Test
  void segmentThatWasRemovedIsClosedAndNoOther() throws IOException {
    LogBuilder log = builder().segment(1).entries(2).end(0).write().segment(2).entries(2).write();
    SegmentName second = new SegmentName(2, 3);
    assertThat(log.path()).isEqualTo(second.path());
    assertThat(read(FIRST, 2)).isEqualTo("e2");
    assertThat(read(second, 3)).isEqualTo("e3");
    finder.forget(FIRST);
    assertThat(directory.open).hasSize(1);
    assertThat(read(second, 4)).isEqualTo("e4");
    assertThat(directory.opened).isEqualTo(2);
    assertThat(read(FIRST, 1)).isEqualTo("e1");
    assertThat(directory.opened).isEqualTo(3);
  }

  @Test
  void removedSegmentThatCannotBeClosedIsReportedAndStopsNothing() throws Exception {
    builder().segment(1).entries(2).write();
    AtomicReference<Throwable> reported = new AtomicReference<>();
    Thread remover =
        new Thread(
            () -> {
              try {
                assertThat(read(FIRST, 2)).isEqualTo("e2");
                directory.closingFails = true;
                finder.forget(FIRST);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    remover.setUncaughtExceptionHandler((thread, e) -> reported.set(e));
    remover.start();
    remover.join(TIMEOUT_MILLIS);
    assertThat(reported.get()).hasMessage("closing failed");
  }

  @Test
  void threadsReadUntilAnotherOneClosesTheFinderAndAreToldSoAfterwards() throws Exception {
    builder().segment(1).entries(2).write();
    assertThat(read(FIRST, 1)).isEqualTo("e1");
    finder.close();
    AtomicReference<Throwable> told = new AtomicReference<>();
    Thread reader =
        new Thread(
            () -> {
              try {
                read(FIRST, 2);
              } catch (Throwable e) {
                told.set(e);
              }
            });
    reader.setDaemon(true);
    reader.start();
    reader.join(TIMEOUT_MILLIS);
    assertThat(told.get()).isInstanceOf(IOException.class).hasMessageContaining("closed");
  }

  @Test
  void segmentWhoseEntryWasReadWhileTheFinderWasClosedIsClosedToo() throws IOException {
    builder().segment(1).entries(2).write();
    assertThat(finder.read(FIRST, 1, 1, utf8, (id, entry) -> finder.close())).isEqualTo(2);
    assertThat(directory.open).isEmpty();
  }

  @Test
  void entryIsFoundWithoutReadingTheSegmentOnceItWasGoneOver() throws IOException {
    large().write();
    assertThat(read(FIRST, 400)).startsWith("400-");
    assertThat(directory.bytesRead).as("nothing is known of the segment").isGreaterThan(200_000);
    for (long id : new long[] {400, 1, 200, 399}) {
      directory.bytesRead = 0;
      assertThat(read(FIRST, id)).startsWith(id + "-");
      assertThat(directory.bytesRead)
          .as("entry %d", id)
          .isLessThanOrEqualTo(EntryIndex.STEP_BYTES + 2 * WINDOW_BYTES);
    }
  }

  @Test
  void singleEntryReadsAWindowOf20KibibytesAtMost() throws IOException {
    large().write();
    assertThat(read(FIRST, 1)).startsWith("1-");
    assertThat(directory.bytesRead).isLessThanOrEqualTo(3 * WINDOW_BYTES);
  }

  @Test
  void whatWasWrittenOverZerosSinceIsSeen() throws IOException {
    LogBuilder log = builder().segment(1).entries(2);
    int offset = log.offset();
    byte[] second = log.entry("later").bytes();
    log.cut(offset).zeros(4096).write();
    assertThat(read(FIRST, 1)).isEqualTo("e1");
    assertThat(read(FIRST, 3)).as("not written yet").isEmpty();
    try (AppendFile again = memory.resume(log.path(), offset)) {
      again.write(ByteBuffer.wrap(Arrays.copyOfRange(second, offset, second.length)));
    }
    assertThat(read(FIRST, 3)).isEqualTo("later");
  }

  @Test
  void entryIsDecodedByTheSchemaThatStandsBeforeItWhereverReadingBegins() throws IOException {
    Decoding<String> labelling = new Decoding<>(new Labelling());
    builder().segment(1).schema("text", "A").entries(2).schema("text", "B").entries(1).write();
    assertThat(read(FIRST, 3, 3, labelling)).containsExactly("e3 by B");
    assertThat(read(FIRST, 1, 1, labelling)).containsExactly("e1 by A");
    assertThat(read(FIRST, 1, 3, labelling)).containsExactly("e1 by A", "e2 by A", "e3 by B");
  }

  @Test
  void entryFarBehindTheSchemaIsDecodedByItToo() throws IOException {
    LogBuilder log = builder().segment(1).schema("text", "A");
    for (int i = 1; i <= 400; i++) {
      log.entry("x".repeat(490));
    }
    log.write();
    assertThat(read(FIRST, 1, 400, utf8)).hasSize(400);
    assertThat(index.atOrBefore(FIRST, 400).entryId()).as("where reading begins").isGreaterThan(1);
    assertThat(read(FIRST, 400, 400, new Decoding<>(new Labelling())).get(0)).endsWith(" by A");
  }

  @Test
  void entryFarBehindASecondSchemaIsDecodedByThatAndNoneBeforeItIs() throws IOException {
    LogBuilder log = builder().segment(1).schema("text", "A");
    for (int i = 1; i <= 400; i++) {
      if (i == 200) {
        log.schema("text", "B");
      }
      log.entry("x".repeat(490));
    }
    log.write();
    Decoding<String> labelling = new Decoding<>(new Labelling());
    for (long id : new long[] {400, 1, 400, 150, 250, 199, 200, 399}) {
      assertThat(read(FIRST, id, id, labelling).get(0))
          .as("entry %d", id)
          .endsWith(id < 200 ? " by A" : " by B");
    }
    assertThat(read(FIRST, 195, 205, labelling)).hasSize(11);
    assertThat(read(FIRST, 390, 400, labelling)).allMatch(entry -> entry.endsWith(" by B"));
  }
}

package dev.durability.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.format.Vectors;
import dev.durability.frame.FrameRun.Step;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameRunTest {
  private static final int SMALL_WINDOW = 8 << 10;

  private static FrameRun run(BytesFile file, int windowBytes) {
    return new FrameRun(file, FileType.SEGMENT, FrameFileBuilder.SALT, 1, windowBytes);
  }

  /** What a run showed: an entry as "id payload", a CHECKPOINT as "id covered path". */
  private static List<String> entries(FrameRun run) throws IOException {
    List<String> seen = new ArrayList<>();
    for (Step step = run.next(); step != Step.STOP; step = run.next()) {
      if (step == Step.ENTRY) {
        byte[] payload = new byte[run.payload().remaining()];
        run.payload().get(payload);
        assertThat(run.payloadBytes()).isEqualTo(payload.length);
        seen.add(run.id() + " " + HexFormat.of().formatHex(payload));
      } else if (step == Step.CHECKPOINT) {
        seen.add(run.id() + " " + run.promised() + " " + run.path());
      }
    }
    return seen;
  }

  @Test
  void singleFilesOfTheVectorsGiveTheirEntriesPromisesAndRemains() throws Exception {
    int checked = 0;
    for (Vectors.Log log : Vectors.logs()) {
      if (log.files().size() > 1
          || log.covered() > 0
          || log.name().equals("a flipped header")
          || log.name().contains("a name that lies")
          || log.name().equals("a checkpoint and no segment")) {
        continue;
      }
      byte[] bytes = log.files().values().iterator().next();
      FileHeader header = FileHeader.decode(ByteBuffer.wrap(bytes), FileType.SEGMENT, log.name());
      for (int readAtMost : new int[] {1, 7, Integer.MAX_VALUE}) {
        FrameRun run =
            new FrameRun(
                new BytesFile(bytes).readAtMost(readAtMost),
                FileType.SEGMENT,
                header.salt(),
                header.firstEntryId(),
                SMALL_WINDOW);
        long promised = header.firstEntryId() - 1;
        List<String> seen = new ArrayList<>();
        Step step;
        while ((step = run.next()) != Step.STOP) {
          switch (step) {
            case ENTRY -> {
              byte[] payload = new byte[run.payload().remaining()];
              run.payload().get(payload);
              seen.add(run.id() + " " + HexFormat.of().formatHex(payload));
            }
            case SCHEMA -> assertThat(run.payload().remaining()).isGreaterThan(1);
            default -> assertThat(run.promised()).isLessThanOrEqualTo(run.promisedThrough());
          }
        }
        promised = Math.max(promised, run.promisedThrough());
        Remains remains = run.remains();
        promised = Math.max(promised, remains.promised());
        assertThat(run.nextId() - 1).as(log.name()).isEqualTo(log.intact());
        assertThat(promised).as(log.name()).isEqualTo(log.promised());
        assertThat(seen)
            .as(log.name())
            .isEqualTo(log.entries().stream().map(e -> e.id() + " " + e.value()).toList());
        if (!log.verdict().equals("CORRUPT")) {
          String verdict =
              remains.nonZeroEnd() <= run.offset()
                  ? "CLEAN"
                  : remains.frames() == 0 ? "TORN" : "AMBIGUOUS";
          assertThat(verdict).as(log.name()).isEqualTo(log.verdict());
        }
      }
      checked++;
    }
    assertThat(checked).isGreaterThanOrEqualTo(12);
  }

  @Test
  void encoderMakesTheBytesOfTheVectors() throws Exception {
    List<byte[]> files = new ArrayList<>(List.of(Vectors.recordLog(), Vectors.checkpoint()));
    for (Vectors.Log log : Vectors.logs()) {
      // In the others something is damaged or cut on purpose; frames of these are all whole.
      if (log.verdict().equals("CLEAN")
          && !log.name().startsWith("damage")
          && !log.name().startsWith("zero-filled")
          && !log.name().startsWith("last frame without")
          && !log.name().contains("cut off whole")
          && !log.name().contains("is ignored")) {
        files.addAll(log.files().values());
      }
    }
    for (byte[] bytes : files) {
      ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      ByteBuffer out = ByteBuffer.allocate(bytes.length).order(ByteOrder.LITTLE_ENDIAN);
      out.put(bytes, 0, FileHeader.BYTES);
      int salt = in.getInt(56);
      while (out.hasRemaining()) {
        encodeAgain(in, bytes, out, salt);
      }
      assertThat(HexFormat.of().formatHex(out.array())).isEqualTo(HexFormat.of().formatHex(bytes));
    }
    assertThat(files).hasSizeGreaterThan(8);
  }

  private static void encodeAgain(ByteBuffer in, byte[] bytes, ByteBuffer out, int salt) {
    FrameEncoder encoder = new FrameEncoder();
    int at = out.position();
    FrameKind kind = Objects.requireNonNull(FrameKind.of(in.getInt(at + 4) >>> 28));
    int length = in.getInt(at + 4) & 0xfffffff;
    long id = in.getLong(at + 8);
    switch (kind) {
      case ENTRY, PART, SCHEMA -> encoder.entry(out, salt, kind, id, bytes, at + 16, length);
      case CHECKPOINT ->
          encoder.checkpoint(
              out,
              salt,
              id,
              in.getLong(at + 16),
              Arrays.copyOfRange(bytes, at + 24, at + 16 + length));
      case MARK, END ->
          encoder.promise(out, salt, kind, id, in.getLong(at + 16), in.getLong(at + 24));
    }
    assertThat(out.position() - at).isEqualTo(FrameFormat.frameBytes(length));
  }

  @Test
  void framesLargerThanTheWindowAreReadWholeAndNotAtAllWhenAByteIsWrong() throws Exception {
    Random random = new Random(1);
    byte[] large = new byte[5 * SMALL_WINDOW + 3];
    random.nextBytes(large);
    byte[] bytes =
        new FrameFileBuilder(FileType.SEGMENT)
            .entry(1, new byte[] {1})
            .entry(2, large)
            .entry(3, new byte[] {3})
            .build();
    List<String> expected = List.of("1 01", "2 " + HexFormat.of().formatHex(large), "3 03");
    for (int readAtMost : new int[] {1, 4099, Integer.MAX_VALUE}) {
      assertThat(entries(run(new BytesFile(bytes).readAtMost(readAtMost), SMALL_WINDOW)))
          .isEqualTo(expected);
    }
    for (int at = 88; at < 88 + 16 + large.length; at += 997) {
      byte[] bad = bytes.clone();
      bad[at] ^= 1;
      assertThat(entries(run(new BytesFile(bad), SMALL_WINDOW)))
          .as("byte %d", at)
          .containsExactly("1 01");
    }
    for (int size = 89; size < bytes.length - 24; size += 991) {
      FrameRun run = run(new BytesFile(Arrays.copyOf(bytes, size)), SMALL_WINDOW);
      assertThat(entries(run)).as("size %d", size).containsExactly("1 01");
      assertThat(run.breakOffset()).isEqualTo(88);
    }
  }

  @Test
  void batchLargerThanTheWindowIsShownWholeOrNotAtAllWhereverItIsTorn() throws Exception {
    FrameFileBuilder builder = new FrameFileBuilder(FileType.SEGMENT).entry(1, new byte[] {1});
    int start = builder.size();
    List<Integer> frameEnds = new ArrayList<>();
    List<String> expected = new ArrayList<>(List.of("1 01"));
    for (int id = 2; id <= 41; id++) {
      byte[] payload = new byte[1000 + id];
      Arrays.fill(payload, (byte) id);
      if (id < 41) {
        builder.part(id, payload);
      } else {
        builder.entry(id, payload);
      }
      frameEnds.add(builder.size());
      expected.add(id + " " + HexFormat.of().formatHex(payload));
    }
    byte[] whole = builder.build();
    byte[] followed = builder.mark(42, 41).entry(42, new byte[] {42}).build();
    expected.add("42 2a");
    for (int readAtMost : new int[] {1, Integer.MAX_VALUE}) {
      assertThat(entries(run(new BytesFile(followed).readAtMost(readAtMost), SMALL_WINDOW)))
          .isEqualTo(expected);
    }
    int before = start;
    for (int end : frameEnds) {
      for (int size : new int[] {before + 1, before + 15, before + 16, end - 8}) {
        FrameRun run = run(new BytesFile(Arrays.copyOf(whole, size)), SMALL_WINDOW);
        assertThat(entries(run)).as("cut to %d", size).containsExactly("1 01");
        assertThat(run.offset()).isEqualTo(start);
        assertThat(run.breakOffset()).as("cut to %d", size).isEqualTo(before);
      }
      byte[] bad = followed.clone();
      bad[before + 20] ^= 4;
      FrameRun run = run(new BytesFile(bad), SMALL_WINDOW);
      assertThat(entries(run)).containsExactly("1 01");
      assertThat(run.remains().promised()).as("a MARK behind promises the batch").isEqualTo(41);
      before = end;
    }
  }

  @Test
  void hostileLengthInAShortFileTakesNoMemory() throws Exception {
    byte[] bytes = Arrays.copyOf(new FrameFileBuilder(FileType.SEGMENT).build(), 100);
    ByteBuffer.wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(68, FrameKind.ENTRY.code() << 28 | FrameFormat.PAYLOAD_BYTES_MAX)
        .putLong(72, 1);
    long taken = 0;
    for (int time = 1; time <= 2; time++) { // The first time, classes are loaded.
      FrameRun run = run(new BytesFile(bytes), SMALL_WINDOW);
      run.next();
      long before = allocated();
      Step step = run.next();
      Remains remains = run.remains();
      taken = allocated() - before;
      assertThat(step).isEqualTo(Step.STOP);
      assertThat(remains.frames()).isZero();
      assertThat(remains.nonZeroEnd()).isEqualTo(73);
    }
    assertThat(taken).isLessThan(64 << 10);
  }

  private static long allocated() {
    return ((com.sun.management.ThreadMXBean)
            java.lang.management.ManagementFactory.getThreadMXBean())
        .getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  @Test
  void readErrorIsThrownAndNeverLooksLikeTheEnd() throws Exception {
    FrameFileBuilder builder = new FrameFileBuilder(FileType.SEGMENT);
    for (int id = 1; id <= 20; id++) {
      byte[] payload = new byte[id == 10 ? 3 * SMALL_WINDOW : 50 * id];
      if (id % 3 == 0) {
        builder.entry(id, payload);
      } else {
        builder.part(id, payload);
      }
    }
    byte[] bytes = builder.entry(21, new byte[0]).mark(22, 21).raw(new byte[] {1, 2, 3}).build();
    int all = 21;
    for (int from = 64; from < bytes.length; from += 61) {
      BytesFile file = new BytesFile(bytes).failFrom(from);
      FrameRun run = run(file, SMALL_WINDOW);
      assertThatThrownBy(
              () -> {
                entries(run);
                run.remains();
              })
          .as("reading fails from %d on", from)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Input/output error");
      long shown = run.nextId();
      file.failFrom(Long.MAX_VALUE);
      assertThat(shown + entries(run).size() - 1)
          .as("the run goes on where it stood")
          .isGreaterThanOrEqualTo(all);
    }
  }

  @Test
  void kindsThatDoNotBelongIntoAFileEndItsRun() throws Exception {
    byte[] part =
        new FrameFileBuilder(FileType.RECORD_LOG)
            .part(1, new byte[3])
            .entry(2, new byte[0])
            .build();
    byte[] checkpoint = new FrameFileBuilder(FileType.RECORD_LOG).checkpoint(1, 0, "").build();
    byte[] mark = new FrameFileBuilder(FileType.CHECKPOINT).mark(1, 0).build();
    for (byte[] bytes : List.of(part, checkpoint)) {
      assertThat(
              new FrameRun(
                      new BytesFile(bytes),
                      FileType.RECORD_LOG,
                      FrameFileBuilder.SALT,
                      1,
                      SMALL_WINDOW)
                  .next())
          .isEqualTo(Step.STOP);
    }
    assertThat(
            new FrameRun(
                    new BytesFile(mark),
                    FileType.CHECKPOINT,
                    FrameFileBuilder.SALT,
                    1,
                    SMALL_WINDOW)
                .next())
        .isEqualTo(Step.STOP);
  }

  @Test
  void largePayloadThatChangedAfterItWasCheckedIsNotHandedOut() throws Exception {
    byte[] bytes =
        new FrameFileBuilder(FileType.SEGMENT).entry(1, new byte[4 * SMALL_WINDOW]).build();
    BytesFile file = new BytesFile(bytes);
    FrameRun run = run(file, SMALL_WINDOW);
    assertThat(run.next()).isEqualTo(Step.ENTRY);
    byte[] changed = bytes.clone();
    changed[100] = 1;
    file.replace(changed);
    assertThatThrownBy(run::payload).isInstanceOf(IOException.class).hasMessageContaining("again");
    file.replace(Arrays.copyOf(bytes, 5000));
    assertThatThrownBy(run::payload).isInstanceOf(IOException.class);
    file.replace(bytes);
    run.refresh();
    assertThat(run.payload().remaining()).isEqualTo(4 * SMALL_WINDOW);
  }

  /** A file that becomes another one at some read, as when a writer cuts it. */
  private static final class ChangingFile extends BytesFile {
    private final byte[] later;
    private int readsLeft;

    ChangingFile(byte[] now, byte[] later, int changesAtRead) {
      super(now);
      this.later = later;
      this.readsLeft = changesAtRead;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      if (--readsLeft == 0) {
        replace(later);
      }
      return super.read(target, position);
    }
  }

  /** Whatever is cut and whenever: only what was written is seen, and the end is an end. */
  @Test
  void fileThatIsCutAtAnyReadShowsAPrefixOfItsWholeBatchesOrAnError() throws Exception {
    byte[] large = new byte[3 * SMALL_WINDOW];
    new Random(5).nextBytes(large);
    byte[] half = Arrays.copyOf(large, SMALL_WINDOW - 100);
    byte[] whole =
        new FrameFileBuilder(FileType.SEGMENT)
            .entry(1, new byte[] {1})
            .part(2, half)
            .part(3, half)
            .entry(4, half)
            .entry(5, large)
            .mark(6, 5)
            .entry(6, new byte[] {6})
            .build();
    List<String> all = entries(run(new BytesFile(whole), SMALL_WINDOW));
    assertThat(all).hasSize(6);
    int stops = 0;
    int errors = 0;
    for (int cut = 0; cut < whole.length; cut += 2504) {
      for (int read = 1; read < 30; read++) {
        FrameRun run = run(new ChangingFile(whole, Arrays.copyOf(whole, cut), read), SMALL_WINDOW);
        List<String> seen;
        try {
          seen = entries(run);
          stops++;
        } catch (IOException e) {
          assertThat(e).hasMessageContaining("while it was read");
          errors++;
          continue;
        }
        assertThat(seen).as("cut=%s read=%s", cut, read).isEqualTo(all.subList(0, seen.size()));
        assertThat(run.nextId() - 1).as("cut=%s read=%s", cut, read).isEqualTo(seen.size());
        assertThat(run.breakOffset()).isGreaterThanOrEqualTo(run.offset());
      }
    }
    assertThat(stops).isPositive();
    assertThat(errors).isPositive();
  }

  @Test
  void nothingBehindTheEndIsPartOfTheRun() throws Exception {
    byte[] bytes =
        new FrameFileBuilder(FileType.SEGMENT)
            .entry(1, new byte[5])
            .end(2, 1)
            .entry(2, new byte[5])
            .build();
    FrameRun run = run(new BytesFile(bytes), SMALL_WINDOW);
    assertThat(entries(run)).hasSize(1);
    assertThat(run.ended()).isTrue();
    assertThat(run.wallClockMicros()).isEqualTo(9);
    assertThat(run.remains().frames()).isEqualTo(1);
  }

  @Test
  void runGoesOnAfterMoreWasWritten() throws Exception {
    FrameFileBuilder builder = new FrameFileBuilder(FileType.SEGMENT).entry(1, new byte[] {1});
    BytesFile file = new BytesFile(Arrays.copyOf(builder.build(), 4096));
    FrameRun run = run(file, SMALL_WINDOW);
    assertThat(entries(run)).containsExactly("1 01");
    file.replace(Arrays.copyOf(builder.part(2, new byte[] {2}).build(), 4096));
    run.refresh();
    assertThat(entries(run)).isEmpty();
    file.replace(Arrays.copyOf(builder.entry(3, new byte[] {3}).build(), 4096));
    run.refresh();
    assertThat(entries(run)).containsExactly("2 02", "3 03");
  }

  @Test
  void whoeverTurnsTheByteOrderOfThePayloadDoesNotDisturbTheRun() throws Exception {
    byte[] bytes =
        new FrameFileBuilder(FileType.SEGMENT).entry(1, new byte[5]).mark(2, 1).end(2, 1).build();
    FrameRun run = run(new BytesFile(bytes), SMALL_WINDOW);
    assertThat(run.next()).isEqualTo(Step.ENTRY);
    run.payload().order(ByteOrder.BIG_ENDIAN);
    assertThat(run.payload().order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
    run.payload().order(ByteOrder.BIG_ENDIAN);
    assertThat(run.next()).isEqualTo(Step.MARK);
    assertThat(run.promised()).isEqualTo(1);
    assertThat(run.next()).isEqualTo(Step.END);
  }

  @Test
  void batchThatIsStillTornIsNotReadAgainUntilItGoesOn() throws Exception {
    FrameFileBuilder builder = new FrameFileBuilder(FileType.SEGMENT).entry(1, new byte[3]);
    for (int id = 2; id < 202; id++) {
      builder.part(id, new byte[1000]);
    }
    BytesFile file = new BytesFile(builder.build());
    FrameRun run = run(file, SMALL_WINDOW);
    assertThat(run.next()).isEqualTo(Step.ENTRY);
    assertThat(run.next()).isEqualTo(Step.STOP);
    int torn = builder.size();
    assertThat(run.breakOffset()).isEqualTo(torn);
    long before = file.bytesRead();
    for (int look = 0; look < 10; look++) {
      run.refresh();
      assertThat(run.next()).isEqualTo(Step.STOP);
      assertThat(run.offset()).isEqualTo(64 + 24);
      assertThat(run.breakOffset()).isEqualTo(torn);
    }
    assertThat(file.bytesRead() - before).isLessThanOrEqualTo(10 * 2 * SMALL_WINDOW);
    file.replace(builder.part(202, new byte[9]).build());
    run.refresh();
    assertThat(run.next()).isEqualTo(Step.STOP);
    assertThat(run.breakOffset()).isEqualTo(builder.size());
    file.replace(builder.entry(203, new byte[9]).build());
    run.refresh();
    for (int id = 2; id <= 203; id++) {
      assertThat(run.next()).isEqualTo(Step.ENTRY);
      assertThat(run.id()).isEqualTo(id);
    }
    assertThat(run.next()).isEqualTo(Step.STOP);
  }

  @Test
  void batchThatWasCutAndWrittenOtherwiseIsReadAnew() throws Exception {
    BytesFile file =
        new BytesFile(
            new FrameFileBuilder(FileType.SEGMENT)
                .part(1, new byte[100])
                .part(2, new byte[100])
                .build());
    FrameRun run = run(file, SMALL_WINDOW);
    assertThat(run.next()).isEqualTo(Step.STOP);
    file.replace(new FrameFileBuilder(FileType.SEGMENT).entry(1, new byte[3]).build());
    run.refresh();
    assertThat(run.next()).isEqualTo(Step.ENTRY);
    assertThat(run.payloadBytes()).isEqualTo(3);
    assertThat(run.next()).isEqualTo(Step.STOP);
  }

  @Test
  void runStartsAgainInAnotherFile() throws Exception {
    BytesFile first =
        new BytesFile(
            new FrameFileBuilder(FileType.SEGMENT)
                .entry(1, new byte[30])
                .part(2, new byte[3])
                .end(3, 0)
                .build());
    FrameRun run = run(first, SMALL_WINDOW);
    assertThat(entries(run)).hasSize(1);
    BytesFile second =
        new BytesFile(
            new FrameFileBuilder(FileType.SEGMENT).entry(7, new byte[] {5}).end(8, 0).build());
    run.restart(second, FrameFileBuilder.SALT, 7);
    assertThat(entries(run)).containsExactly("7 05");
    assertThat(run.ended()).isTrue();
    run.restart(first, FrameFileBuilder.SALT, 1);
    assertThat(run.ended()).isFalse();
    assertThat(entries(run)).hasSize(1);
    run.restart(first, FrameFileBuilder.SALT + 1, 1);
    assertThat(entries(run)).isEmpty();
  }

  @Test
  void idsEndAndNoneIsNegative() throws Exception {
    FrameFileBuilder last =
        new FrameFileBuilder(FileType.SEGMENT).entry(FrameFormat.ENTRY_ID_MAX, new byte[1]);
    byte[] beyond = last.entry(Long.MAX_VALUE, new byte[1]).build();
    FrameRun run = runFrom(FrameFormat.ENTRY_ID_MAX, beyond);
    assertThat(run.next()).isEqualTo(Step.ENTRY);
    assertThat(run.next()).isEqualTo(Step.STOP);
    assertThat(run.nextId()).isEqualTo(Long.MAX_VALUE);
    FrameRun promises =
        runFrom(
            Long.MAX_VALUE,
            new FrameFileBuilder(FileType.SEGMENT)
                .mark(Long.MAX_VALUE, FrameFormat.ENTRY_ID_MAX)
                .end(Long.MAX_VALUE, FrameFormat.ENTRY_ID_MAX)
                .entry(Long.MIN_VALUE, new byte[1])
                .build());
    assertThat(promises.next()).isEqualTo(Step.MARK);
    assertThat(promises.next()).isEqualTo(Step.END);
    assertThat(promises.next()).isEqualTo(Step.STOP);
    FrameRun checkpoint =
        runFrom(
            Long.MAX_VALUE,
            new FrameFileBuilder(FileType.SEGMENT).checkpoint(Long.MAX_VALUE, 1, "").build());
    assertThat(checkpoint.next()).as("it takes no id").isEqualTo(Step.CHECKPOINT);
    assertThat(checkpoint.nextId()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void nothingIsReadThroughARunThatWasClosed() throws Exception {
    byte[] bytes = new FrameFileBuilder(FileType.SEGMENT).entry(1, new byte[9]).build();
    FrameRun run = runFrom(1, bytes);
    assertThat(run.next()).isEqualTo(Step.ENTRY);
    run.close();
    run.close();
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(run::payload)
        .withMessageContaining("the reader was closed");
    assertThatExceptionOfType(IOException.class).isThrownBy(run::next);
  }

  private static FrameRun runFrom(long id, byte[] bytes) {
    return new FrameRun(
        new BytesFile(bytes), FileType.SEGMENT, FrameFileBuilder.SALT, id, SMALL_WINDOW);
  }
}

package dev.durability.recordlog;

import static dev.durability.testkit.Fault.Operation.CLOSE_APPEND;
import static dev.durability.testkit.Fault.Operation.CREATE;
import static dev.durability.testkit.Fault.Operation.OPEN;
import static dev.durability.testkit.Fault.Operation.READ;
import static dev.durability.testkit.Fault.Operation.RENAME;
import static dev.durability.testkit.Fault.Operation.SYNC_DIRECTORY;
import static dev.durability.testkit.Fault.Operation.SYNC_FILE;
import static dev.durability.testkit.Fault.Operation.TRUNCATE;
import static dev.durability.testkit.Fault.Operation.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.errors.CodecException;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.LockHeldException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.format.Vectors;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FileType;
import dev.durability.storage.AppendFile;
import dev.durability.storage.AppendOnlyDirectory;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.FsDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.ReadFile;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordLogTest {
  private static final String PATH = "logs/a.rlog";

  private final MemoryDirectory disk = new MemoryDirectory();
  private final FaultDirectory directory = new FaultDirectory(disk);
  private final Codec<String> codec = Codecs.utf8();

  private RecordLogWriter<String> open() throws IOException {
    return RecordLogWriter.open(directory, PATH, codec);
  }

  private List<String> read() throws IOException {
    return RecordLogReader.of(disk, PATH, codec).list();
  }

  private List<String> readStrictly() throws IOException {
    return RecordLogReader.of(disk, PATH, codec).strict().list();
  }

  private void put(Directory target, byte[] bytes) throws IOException {
    target.createDirectories("logs");
    if (target.exists(PATH)) {
      target.delete(PATH);
    }
    try (AppendFile file = target.create(PATH, 0)) {
      file.write(ByteBuffer.wrap(bytes));
    }
  }

  private byte[] bytes(String path) throws IOException {
    try (ReadFile file = disk.open(path)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
      while (bytes.hasRemaining() && file.read(bytes, bytes.position()) >= 0) {}
      return bytes.array();
    }
  }

  /** The file without its END, as a crash after the last sync leaves it. */
  private byte[] crashed(String... records) throws IOException {
    try (RecordLogWriter<String> writer = open()) {
      for (String record : records) {
        writer.append(record);
        writer.sync();
      }
    }
    byte[] whole = bytes(PATH);
    return Arrays.copyOf(whole, whole.length - 32);
  }

  @Test
  void recordsComeBackInOrderWithIdsFromOneAlsoAfterReopening() throws Exception {
    List<String> expected = new ArrayList<>();
    for (int round = 0; round < 20; round++) {
      try (RecordLogWriter<String> writer = open()) {
        assertThat(writer.lastId()).isEqualTo(expected.size());
        assertThat(writer.syncedId()).isEqualTo(expected.size());
        for (int i = 0; i < round; i++) {
          expected.add("round " + round + " " + i);
          assertThat(writer.append(expected.get(expected.size() - 1))).isEqualTo(expected.size());
        }
        if (round % 3 == 0) {
          assertThat(writer.sync()).isEqualTo(expected.size());
        }
      }
      assertThat(readStrictly()).isEqualTo(expected);
    }
    assertThat(disk.list("logs")).containsExactly("a.rlog", "a.rlog.lock");
    List<Long> ids = new ArrayList<>();
    assertThat(RecordLogReader.of(disk, PATH, codec).replay((id, value) -> ids.add(id)))
        .isEqualTo(expected.size());
    assertThat(ids).first().isEqualTo(1L);
    assertThat(ids).isSorted().doesNotHaveDuplicates().hasSize(expected.size());
    try (Stream<String> stream = RecordLogReader.of(disk, PATH, codec).stream()) {
      assertThat(stream.toList()).isEqualTo(expected);
    }
  }

  @Test
  void emptyAndAllZeroAndLargeRecordsRoundTrip() throws Exception {
    Codec<byte[]> bytes = Codecs.bytes();
    byte[] large = new byte[3 << 20];
    Arrays.fill(large, (byte) 5);
    List<byte[]> records = List.of(new byte[0], new byte[8], new byte[100_000], large, new byte[0]);
    try (var writer = RecordLogWriter.open(directory, PATH, bytes)) {
      for (byte[] record : records) {
        writer.append(record);
      }
    }
    assertThat(RecordLogReader.of(disk, PATH, bytes).strict().list())
        .usingElementComparator(Arrays::compare)
        .isEqualTo(records);
  }

  @Test
  void recordAboveTheLimitIsRefusedAndTheNextGetsItsId() throws Exception {
    try (var writer = RecordLogWriter.open(directory, PATH, codec, Clock.systemUTC(), 10)) {
      assertThat(writer.append("0123456789")).isEqualTo(1);
      assertThatThrownBy(() -> writer.append("0123456789x"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("10 bytes");
      assertThat(writer.append("next")).isEqualTo(2);
    }
    assertThat(read()).containsExactly("0123456789", "next");
    for (int limit : new int[] {0, -1, 1 << 28}) {
      assertThatThrownBy(
              () -> RecordLogWriter.open(directory, "b", codec, Clock.systemUTC(), limit))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(disk.exists("b")).isFalse();
  }

  @Test
  void recordThatCannotBeEncodedIsNotAppended() throws Exception {
    try (RecordLogWriter<String> writer = open()) {
      writer.append("a");
      assertThatThrownBy(() -> writer.append("\ud800")).isInstanceOf(IOException.class);
      assertThat(writer.append("b")).isEqualTo(2);
    }
    assertThat(read()).containsExactly("a", "b");
  }

  @Test
  void vectorIsReadAndGoesOnWithTheSameSalt() throws Exception {
    byte[] vector = Vectors.recordLog();
    put(disk, vector);
    assertThat(readStrictly()).containsExactly("one", "東京");
    try (RecordLogWriter<String> writer = open()) {
      assertThat(writer.append("three")).isEqualTo(3);
    }
    assertThat(readStrictly()).containsExactly("one", "東京", "three");
    assertThat(Arrays.copyOf(bytes(PATH), vector.length)).isEqualTo(vector);
  }

  @Test
  void cutAtAnyByteGivesAPrefixThatHoldsWhatTheFileStillPromisesAndGoesOn() throws Exception {
    byte[] whole = crashed("one", "", "three", "four".repeat(50), "five");
    List<String> records = List.of("one", "", "three", "four".repeat(50), "five");
    assertThat(read()).isEqualTo(records);
    for (int size = 64; size <= whole.length; size++) {
      MemoryDirectory copy = new MemoryDirectory();
      put(copy, Arrays.copyOf(whole, size));
      List<String> found = RecordLogReader.of(copy, PATH, codec).list();
      assertThat(found).as("size %d", size).isEqualTo(records.subList(0, found.size()));
      try (var writer = RecordLogWriter.open(copy, PATH, codec)) {
        assertThat(writer.append("more")).isEqualTo(found.size() + 1);
      }
      List<String> expected = new ArrayList<>(found);
      expected.add("more");
      assertThat(RecordLogReader.of(copy, PATH, codec).strict().list())
          .as("size %d", size)
          .isEqualTo(expected);
    }
    for (int size = 0; size < 64; size++) {
      MemoryDirectory copy = new MemoryDirectory();
      put(copy, Arrays.copyOf(whole, size));
      assertThatThrownBy(() -> RecordLogReader.of(copy, PATH, codec).list())
          .isInstanceOf(CorruptLogException.class);
      assertThatThrownBy(() -> RecordLogWriter.open(copy, PATH, codec))
          .isInstanceOf(CorruptLogException.class);
    }
  }

  @Tag("slow")
  @Test
  void everyFlippedBitIsRefusedOrLeavesAPrefixAndNeverShowsARecordThatWasNotWritten()
      throws Exception {
    List<String> records = List.of("one", "two", "three");
    byte[] whole = crashed("one", "two", "three");
    int refused = 0;
    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] bad = whole.clone();
      bad[bit / 8] ^= (byte) (1 << bit % 8);
      put(disk, bad);
      try {
        List<String> found = read();
        assertThat(found).as("bit %d", bit).isEqualTo(records.subList(0, found.size()));
        assertThat(found.size())
            .as("bit %d: two are promised by a mark", bit)
            .isGreaterThanOrEqualTo(bit / 8 < markOffset(whole, 2) ? 2 : 0);
        open().close();
        assertThat(readStrictly()).as("bit %d", bit).isEqualTo(found);
      } catch (CorruptLogException e) {
        refused++;
        assertThat(e.file()).isEqualTo(PATH);
        assertThat(bytes(PATH)).as("bit %d: nothing was changed", bit).isEqualTo(bad);
        assertThatThrownBy(this::open).isInstanceOf(CorruptLogException.class);
        assertThat(bytes(PATH)).as("bit %d: nothing was changed", bit).isEqualTo(bad);
      }
    }
    assertThat(refused)
        .as("header, and the records that marks promise")
        .isGreaterThan(64 * 8 + 2 * 19 * 8);
  }

  /** Where the MARK that promises a record stands. */
  private static int markOffset(byte[] file, long promised) {
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 64; at < file.length; ) {
      int kind = in.getInt(at + 4) >>> 28;
      if (kind == 3 && in.getLong(at + 16) == promised) {
        return at;
      }
      at += (16 + (in.getInt(at + 4) & 0xfffffff) + 7) & -8;
    }
    throw new AssertionError("no MARK promises " + promised);
  }

  @Test
  void damageToAPromisedRecordNamesFileOffsetAndIds() throws Exception {
    byte[] whole = crashed("one", "two", "three");
    whole[64 + 16] ^= 1;
    put(disk, whole);
    assertThatThrownBy(this::open)
        .isInstanceOfSatisfying(
            CorruptLogException.class,
            e -> {
              assertThat(e.file()).isEqualTo(PATH);
              assertThat(e.offset()).isEqualTo(64);
              assertThat(e.firstLostId()).isEqualTo(1);
              assertThat(e.lastLostId()).isEqualTo(2);
            });
    assertThatThrownBy(this::read).isInstanceOf(CorruptLogException.class);
    try (Stream<String> stream = RecordLogReader.of(disk, PATH, codec).stream()) {
      assertThatThrownBy(stream::toList).isInstanceOf(UncheckedIOException.class);
    }
    lockIsFree();
  }

  private void lockIsFree() throws IOException {
    disk.lock(PATH + ".lock").close();
  }

  @Test
  void whatIsCutIsKeptAndStrictReadingRefusesIt() throws Exception {
    byte[] whole = crashed("one", "two");
    byte[] garbage = {9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0};
    byte[] torn = Arrays.copyOf(whole, whole.length + 12);
    System.arraycopy(garbage, 0, torn, whole.length, 12);
    put(disk, torn);
    assertThat(read()).containsExactly("one", "two");
    assertThatThrownBy(this::readStrictly)
        .isInstanceOf(DurabilityException.class)
        .hasMessageContaining("TORN");
    open().close();
    String kept = "logs/quarantine/a.rlog@" + whole.length + "-1";
    assertThat(bytes(kept)).isEqualTo(Arrays.copyOf(garbage, 9));
    assertThat(readStrictly()).containsExactly("one", "two");
    put(disk, torn);
    open().close();
    assertThat(disk.list("logs/quarantine")).hasSize(1);
  }

  @Test
  void frameBehindTheBreakIsAmbiguousAndCutToo() throws Exception {
    byte[] whole = crashed("one", "two", "three");
    int mark = markOffset(whole, 2);
    byte[] bad = Arrays.copyOf(whole, mark + 32);
    // Record 2 and the marks go, record 3 stays: its block came first.
    int first = 64 + 24;
    Arrays.fill(bad, first, bad.length, (byte) 0);
    byte[] last = Arrays.copyOfRange(whole, mark + 32, whole.length);
    byte[] ambiguous = Arrays.copyOf(bad, bad.length + last.length);
    System.arraycopy(last, 0, ambiguous, bad.length, last.length);
    put(disk, ambiguous);
    assertThatThrownBy(this::readStrictly).hasMessageContaining("AMBIGUOUS");
    open().close();
    assertThat(readStrictly()).containsExactly("one");
    assertThat(disk.list("logs/quarantine")).containsExactly("a.rlog@88-1");
  }

  @Test
  void promisesStandAtTheHeadOfTheBlockAfterASyncAndSurviveReopening() throws Exception {
    byte[] whole = crashed("one", "two", "three");
    ByteBuffer in = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
    List<String> frames = new ArrayList<>();
    for (int at = 64; at < whole.length; ) {
      int kind = in.getInt(at + 4) >>> 28;
      frames.add(kind == 3 ? "MARK " + in.getLong(at + 16) : "ENTRY " + in.getLong(at + 8));
      at += (16 + (in.getInt(at + 4) & 0xfffffff) + 7) & -8;
    }
    assertThat(frames).containsExactly("ENTRY 1", "MARK 1", "ENTRY 2", "MARK 2", "ENTRY 3");
    int closed = bytes(PATH).length;
    RecordLogWriter<String> abandoned = open();
    assertThat(markOffset(bytes(PATH), 3)).as("END was cut, its promise stays").isPositive();
    abandoned.close();
    int again = bytes(PATH).length;
    open().close();
    assertThat(bytes(PATH)).as("marks do not pile up").hasSize(again);
    assertThat(again).isEqualTo(closed + 32);
  }

  @Test
  void failedSyncPoisonsForGoodAndReopeningWritesTheUnpromisedAgain() throws Exception {
    RecordLogWriter<String> writer = open();
    writer.append("one");
    writer.sync();
    writer.append("two");
    directory.inject(Fault.of(SYNC_FILE));
    assertThatThrownBy(writer::sync).isInstanceOf(WriterPoisonedException.class);
    for (Callable<?> call :
        List.<Callable<?>>of(
            writer::sync,
            () -> writer.append("three"),
            () -> {
              writer.flush();
              return 0;
            },
            () -> {
              writer.close();
              return 0;
            })) {
      assertThatThrownBy(call::call)
          .isInstanceOf(WriterPoisonedException.class)
          .rootCause()
          .hasMessageContaining("SYNC_FILE");
    }
    writer.close();
    assertThat(writer.syncedId()).isEqualTo(1);
    long written = directory.bytesWritten();
    try (RecordLogWriter<String> again = open()) {
      assertThat(directory.bytesWritten() - written)
          .as("the MARK of record 1 and record 2, and a MARK of both")
          .isEqualTo(32 + 24 + 32);
      assertThat(again.append("three")).isEqualTo(3);
    }
    assertThat(readStrictly()).containsExactly("one", "two", "three");
  }

  @Test
  void fullDiskKeepsRecordsWithIdsAndTheyGoFirstOnceThereIsRoom() throws Exception {
    List<String> expected = new ArrayList<>();
    try (RecordLogWriter<String> writer = open()) {
      expected.add("before");
      writer.append("before");
      writer.sync();
      directory.fillUpAfter(20);
      expected.add("kept");
      assertThat(writer.append("kept")).isEqualTo(2);
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(writer::sync).isInstanceOf(OutcomeOpenException.class);
        assertThatThrownBy(writer::flush).isInstanceOf(OutcomeOpenException.class);
        assertThat(writer.syncedId()).isEqualTo(1);
      }
      assertThat(read()).containsExactly("before");
      assertThat(readStrictly()).as("rolled back").containsExactly("before");
      String large = "x".repeat(60_000);
      expected.add(large);
      assertThat(writer.append(large)).isEqualTo(3);
      assertThatThrownBy(() -> writer.append(large)).isInstanceOf(OutcomeOpenException.class);
      assertThat(writer.lastId()).as("the refused record got no id").isEqualTo(3);
      directory.makeRoom();
      expected.add("after");
      assertThat(writer.append("after")).isEqualTo(4);
      assertThat(writer.sync()).isEqualTo(4);
    }
    assertThat(readStrictly()).isEqualTo(expected);
  }

  @Test
  void writeThatCannotBeRolledBackPoisons() throws Exception {
    RecordLogWriter<String> writer = open();
    writer.append("one");
    directory.inject(Fault.of(WRITE).shortWrite(7)).inject(Fault.of(TRUNCATE));
    assertThatThrownBy(writer::flush).isInstanceOf(WriterPoisonedException.class);
    assertThatThrownBy(writer::flush).isInstanceOf(WriterPoisonedException.class);
    assertThatThrownBy(writer::close).isInstanceOf(WriterPoisonedException.class);
    directory.heal();
    try (RecordLogWriter<String> again = open()) {
      assertThat(again.lastId()).isZero();
    }
    assertThat(disk.list("logs/quarantine")).hasSize(1);
  }

  @Test
  void endIsSyncedBeforeClosingReturns() throws Exception {
    RecordLogWriter<String> writer = open();
    writer.append("one");
    writer.sync(); // What END promises is durable already, so that only END needs a sync.
    List<Fault.Operation> steps = Collections.synchronizedList(new ArrayList<>());
    directory.before((operation, path) -> steps.add(operation));
    writer.close();
    assertThat(steps).containsSubsequence(WRITE, SYNC_FILE);
    assertThat(steps.lastIndexOf(SYNC_FILE)).isGreaterThan(steps.lastIndexOf(WRITE));
  }

  @Test
  void storageThatCannotCutOrResumePoisonsTheWriterAndIsReopenedWithAFileAnew() throws Exception {
    FaultDirectory store = new FaultDirectory(new AppendOnlyDirectory(disk));
    RecordLogWriter<String> writer = RecordLogWriter.open(store, PATH, codec);
    writer.append("one");
    assertThat(writer.sync()).isEqualTo(1);
    writer.append("two");
    store.inject(Fault.of(WRITE));
    assertThatThrownBy(writer::sync).isInstanceOf(WriterPoisonedException.class);
    assertThatThrownBy(writer::close).isInstanceOf(WriterPoisonedException.class);
    assertThat(read()).containsExactly("one");
    for (int id = 2; id <= 4; id++) {
      try (RecordLogWriter<String> again = RecordLogWriter.open(store, PATH, codec)) {
        assertThat(again.append("again")).isEqualTo(id);
      }
    }
    assertThat(readStrictly()).containsExactly("one", "again", "again", "again");
  }

  @Test
  void failureAtAnyStepOfCreatingLeavesNoHalfFileAndTheNextOpenSucceeds() throws Exception {
    for (Fault.Operation operation : List.of(CREATE, WRITE, SYNC_FILE, RENAME, SYNC_DIRECTORY)) {
      directory.inject(Fault.of(operation));
      assertThatThrownBy(this::open).as("%s", operation).isInstanceOf(IOException.class);
      directory.heal();
      if (disk.exists(PATH)) {
        assertThat(readStrictly()).isEmpty();
      }
      try (RecordLogWriter<String> writer = open()) {
        assertThat(writer.append("one")).isEqualTo(1);
      }
      assertThat(disk.list("logs")).containsExactly("a.rlog", "a.rlog.lock");
      disk.delete(PATH);
    }
  }

  @Test
  void creationSyncsBeforeItRenamesAndAgainTheDirectory() throws Exception {
    List<String> steps = new ArrayList<>();
    directory.before(
        (operation, path) -> {
          if (Set.of(CREATE, WRITE, SYNC_FILE, RENAME, SYNC_DIRECTORY).contains(operation)) {
            steps.add(operation + " " + path);
          }
        });
    open().close();
    assertThat(steps)
        .startsWith(
            "CREATE logs/a.rlog.tmp",
            "WRITE logs/a.rlog.tmp",
            "SYNC_FILE logs/a.rlog.tmp",
            "RENAME logs/a.rlog.tmp",
            "SYNC_DIRECTORY logs");
  }

  @Test
  void failureAtAnyStepOfReopeningLosesNothing() throws Exception {
    byte[] whole = crashed("one", "two", "three");
    byte[] torn = Arrays.copyOf(whole, whole.length + 5);
    torn[torn.length - 1] = 1;
    for (Fault.Operation operation : Fault.Operation.values()) {
      for (int nth = 1; nth <= 12; nth++) {
        put(disk, torn);
        if (disk.exists("logs/quarantine")) {
          for (String name : disk.list("logs/quarantine")) {
            disk.delete("logs/quarantine/" + name);
          }
        }
        long before = directory.injected();
        directory.inject(Fault.of(operation).nth(nth));
        try {
          open().close();
        } catch (IOException e) {
          assertThat(directory.injected()).isGreaterThan(before);
        }
        directory.heal();
        assertThat(read()).as("%s %d", operation, nth).containsExactly("one", "two", "three");
        try (RecordLogWriter<String> writer = open()) {
          assertThat(writer.append("four")).isEqualTo(4);
        }
        assertThat(readStrictly()).containsExactly("one", "two", "three", "four");
      }
    }
  }

  @Test
  void secondWriterIsRefusedUntilTheFirstCloses() throws Exception {
    RecordLogWriter<String> first = open();
    assertThatThrownBy(this::open).isInstanceOf(LockHeldException.class);
    first.append("one");
    first.close();
    first.close();
    assertThatThrownBy(() -> first.append("two"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(first::sync).isInstanceOf(IOException.class);
    open().close();
  }

  @Test
  void readerSeesWhatWasFlushedAndNothingElse() throws Exception {
    try (RecordLogWriter<String> writer = open()) {
      assertThat(read()).isEmpty();
      writer.append("one");
      assertThat(read()).isEmpty();
      writer.flush();
      assertThat(read()).containsExactly("one");
      writer.append("two");
      writer.sync();
      assertThat(read()).containsExactly("one", "two");
    }
    assertThatThrownBy(() -> RecordLogReader.of(disk, "logs/none", codec).list())
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void readErrorIsNeitherTheEndNorDamage() throws Exception {
    crashed("one", "two");
    for (int nth = 1; nth <= 2; nth++) {
      directory.inject(Fault.of(READ).nth(nth));
      assertThatThrownBy(() -> RecordLogReader.of(directory, PATH, codec).list())
          .isInstanceOf(IOException.class)
          .isNotInstanceOf(DurabilityException.class);
      directory.heal();
    }
  }

  @Test
  void recordThatTheCodecRefusesIsNamedAndReadingIsNoDamage() throws Exception {
    crashed("one", "two");
    Codec<String> refusing =
        new Codec<>() {
          @Override
          public void encode(String value, OutputStream out) {}

          @Override
          public String decode(ByteBuffer bytes) throws IOException {
            String value = codec.decode(bytes);
            if (value.equals("two")) {
              throw new CodecException("not mine");
            }
            return value;
          }
        };
    RecordLogReader<String> reader = RecordLogReader.of(disk, PATH, refusing);
    assertThatThrownBy(reader::list)
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("record 2")
        .hasMessageContaining(PATH)
        .hasMessageContaining("not mine");
  }

  @Test
  void headerOfASegmentIsDamageOfARecordLog() throws Exception {
    for (long[] each : new long[][] {{1, 1}, {0, 2}}) {
      FileHeader header =
          new FileHeader(FileType.RECORD_LOG, new UUID(1, 2), each[0], each[1], 1, 0, 7);
      ByteBuffer encoded = header.encode();
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      put(disk, bytes);
      assertThatThrownBy(this::read)
          .isInstanceOf(CorruptLogException.class)
          .hasMessageContaining("segment " + each[0])
          .hasMessageContaining("first id " + each[1]);
      assertThatThrownBy(this::open).isInstanceOf(CorruptLogException.class);
      assertThat(bytes(PATH)).isEqualTo(bytes);
      lockIsFree();
    }
  }

  @Test
  void recordsThatWereReadAndThenCutAreAnErrorWhenThePromiseIsLookedFor() throws Exception {
    byte[] whole = crashed("one", "two", "three");
    byte[] halfWay = whole.clone();
    Arrays.fill(halfWay, 64 + 24 + 32, 64 + 24 + 32 + 8, (byte) 0);
    for (boolean promised : new boolean[] {false, true}) {
      put(disk, halfWay);
      // Record 1 was read when a writer cuts it off: with all that promised it, or not.
      byte[] cut = promised ? whole.clone() : Arrays.copyOf(whole, 64);
      if (promised) {
        cut[64 + 16] ^= 1;
      }
      FaultDirectory changing = new FaultDirectory(disk);
      int[] opened = {0};
      changing.before(
          (operation, path) -> {
            if (operation == OPEN && ++opened[0] == 2) {
              try {
                put(disk, cut);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            }
          });
      assertThatThrownBy(() -> RecordLogReader.of(changing, PATH, codec).list())
          .isInstanceOf(promised ? CorruptLogException.class : DurabilityException.class)
          .hasMessageContaining(promised ? "promises them up to" : "read the log again");
    }
  }

  @Test
  void lockThatWasTakenAwayPoisonsBeforeAnythingIsWritten() throws Exception {
    boolean[] held = {true};
    Directory losing =
        new ForwardingDirectory(disk) {
          @Override
          public DirectoryLock lock(String path) throws IOException {
            DirectoryLock lock = super.lock(path);
            return new DirectoryLock() {
              @Override
              public boolean isHeld() {
                return held[0];
              }

              @Override
              public void close() throws IOException {
                lock.close();
              }
            };
          }
        };
    RecordLogWriter<String> writer = RecordLogWriter.open(losing, PATH, codec);
    writer.append("one");
    writer.sync();
    byte[] before = bytes(PATH);
    held[0] = false;
    writer.append("two");
    assertThatThrownBy(writer::flush)
        .isInstanceOf(WriterPoisonedException.class)
        .hasMessageContaining("taken away");
    held[0] = true;
    assertThatThrownBy(writer::flush).isInstanceOf(WriterPoisonedException.class);
    assertThatThrownBy(writer::close).isInstanceOf(WriterPoisonedException.class);
    assertThat(bytes(PATH)).isEqualTo(before);
    lockIsFree();
  }

  @Test
  void codecThatWritesByteByByteIsHeldToTheLimitToo() throws Exception {
    Codec<String> slow =
        new Codec<>() {
          @Override
          public void encode(String value, OutputStream out) throws IOException {
            for (byte each : value.getBytes(StandardCharsets.UTF_8)) {
              out.write(each);
            }
          }

          @Override
          public String decode(ByteBuffer bytes) throws IOException {
            return codec.decode(bytes);
          }
        };
    try (var writer = RecordLogWriter.open(directory, PATH, slow, Clock.systemUTC(), 1000)) {
      writer.append("x".repeat(1000));
      assertThatThrownBy(() -> writer.append("x".repeat(1001)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("1000 bytes");
    }
    assertThat(read()).containsExactly("x".repeat(1000));
  }

  @Test
  void failedClosesAfterAFailedOpeningAreToldWithIt() throws Exception {
    directory
        .inject(Fault.of(SYNC_FILE).saying("first"))
        .inject(Fault.of(CLOSE_APPEND).saying("second"));
    assertThatThrownBy(this::open)
        .hasMessageContaining("first")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1))
        .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessageContaining("second"));
    directory.heal();
    crashed("one");
    put(disk, Arrays.copyOf(bytes(PATH), 64 + 24));
    directory
        .inject(Fault.of(WRITE).nth(2).saying("of the promise"))
        .inject(Fault.of(CLOSE_APPEND).saying("second"));
    assertThatThrownBy(this::open).satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    directory.heal();
    lockIsFree();
    open().close();
    assertThat(readStrictly()).containsExactly("one");
  }

  @Test
  void frameThatWasWrittenBetweenTwoReadsIsNotTakenForDamage() throws Exception {
    byte[] whole = crashed("one", "two", "three");
    byte[] halfWay = whole.clone();
    Arrays.fill(halfWay, 64 + 24 + 32, 64 + 24 + 32 + 8, (byte) 0);
    // The reader sees record 2 not yet written, then the MARK behind it that promises it.
    put(disk, halfWay);
    FaultDirectory changing = new FaultDirectory(disk);
    int[] reads = {0};
    changing.before(
        (operation, path) -> {
          if (operation == READ && ++reads[0] == 4) {
            try (AppendFile file = disk.resume(PATH, 0)) {
              file.write(ByteBuffer.wrap(whole));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        });
    List<String> found;
    try {
      found = RecordLogReader.of(changing, PATH, codec).list();
    } finally {
      assertThat(reads[0]).isGreaterThanOrEqualTo(4);
    }
    assertThat(found).containsExactly("one", "two", "three");
  }

  @Test
  void threadsShareAWriterAndInterruptsDoNotHarmIt() throws Exception {
    int threads = 6;
    int each = 300;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    Set<Long> ids = Collections.synchronizedSet(new TreeSet<>());
    try (RecordLogWriter<String> writer = open()) {
      List<Future<?>> futures = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int thread = t;
        futures.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < each; i++) {
                    if (i % 17 == thread) {
                      Thread.currentThread().interrupt();
                    }
                    long id = writer.append(thread + " " + i);
                    ids.add(id);
                    if (i % 10 == 0) {
                      assertThat(writer.sync()).isGreaterThanOrEqualTo(id);
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> future : futures) {
        future.get();
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(ids).hasSize(threads * each);
    List<String> found = readStrictly();
    assertThat(found).hasSize(threads * each);
    for (int t = 0; t < threads; t++) {
      String prefix = t + " ";
      assertThat(found.stream().filter(r -> r.startsWith(prefix)).toList())
          .isEqualTo(java.util.stream.IntStream.range(0, each).mapToObj(i -> prefix + i).toList());
    }
  }

  @Tag("slow")
  @Test
  void readerBesideAWriterThatReopensSeesAGrowingPrefix(@TempDir Path folder) throws Exception {
    Directory files = FsDirectory.open(folder);
    int records = 3000;
    Codec<Long> longs = Codecs.longs();
    RecordLogWriter.open(files, PATH, longs).close();
    AtomicLong acknowledged = new AtomicLong();
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try {
      Future<?> writing =
          pool.submit(
              () -> {
                long next = 1;
                while (next <= records) {
                  try (var writer = RecordLogWriter.open(files, PATH, longs)) {
                    for (int i = 0; i < 100; i++) {
                      writer.append(next++);
                      if (i % 9 == 0) {
                        acknowledged.set(writer.sync());
                      }
                    }
                  }
                }
                return null;
              });
      RecordLogReader<Long> reader = RecordLogReader.of(files, PATH, longs);
      boolean done = false;
      while (!done) {
        done = writing.isDone();
        long atLeast = acknowledged.get();
        long last = reader.replay((id, value) -> assertThat(value).isEqualTo(id));
        assertThat(last).isGreaterThanOrEqualTo(atLeast);
      }
      writing.get();
      assertThat(reader.strict().list()).hasSize(records);
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void wallClockInTheFileNeverGoesBack() throws Exception {
    long[] now = {1_000_000};
    Clock clock =
        new Clock() {
          @Override
          public Instant instant() {
            now[0] -= 1_000;
            return Instant.ofEpochMilli(now[0]);
          }

          @Override
          public ZoneId getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(ZoneId zone) {
            return this;
          }
        };
    for (int round = 0; round < 3; round++) {
      try (var writer = RecordLogWriter.open(directory, PATH, codec, clock, 100)) {
        writer.append("a");
        writer.sync();
        writer.append("b");
      }
    }
    ByteBuffer in = ByteBuffer.wrap(bytes(PATH)).order(ByteOrder.LITTLE_ENDIAN);
    long last = in.getLong(40);
    assertThat(last).isEqualTo(999_000_000L);
    int stamps = 0;
    for (int at = 64; at < in.limit(); ) {
      int kind = in.getInt(at + 4) >>> 28;
      if (kind == 3 || kind == 5) {
        assertThat(in.getLong(at + 24)).isGreaterThanOrEqualTo(last);
        last = in.getLong(at + 24);
        stamps++;
      }
      at += (16 + (in.getInt(at + 4) & 0xfffffff) + 7) & -8;
    }
    assertThat(stamps).isGreaterThan(4);
  }

  @Test
  void exactlyOneEndingFitsEachCase() {
    assertThat(Ending.of(3, 3, false, 0)).isEqualTo(Ending.CLEAN);
    assertThat(Ending.of(3, 2, true, 0)).isEqualTo(Ending.TORN);
    assertThat(Ending.of(3, 3, true, 1)).isEqualTo(Ending.AMBIGUOUS);
    assertThat(Ending.of(2, 3, false, 0)).isEqualTo(Ending.CORRUPT);
    assertThat(Ending.of(2, 3, true, 1)).isEqualTo(Ending.CORRUPT);
  }

  @Test
  void whateverTheCodecThrowsNamesTheRecordAndItsPlace() throws IOException {
    MemoryDirectory directory = new MemoryDirectory();
    try (RecordLogWriter<String> log =
        RecordLogWriter.open(directory, "events.log", Codecs.utf8())) {
      log.append("one");
      log.append("two");
      log.sync();
    }
    for (Exception thrown :
        List.of(new EOFException(), new IllegalStateException("odd"), new CodecException("bad"))) {
      Codec<String> picky =
          new Codec<>() {
            @Override
            public void encode(String value, OutputStream out) {}

            @Override
            public String decode(ByteBuffer in) throws IOException {
              if (in.get(in.position()) != 't') {
                return "";
              }
              if (thrown instanceof IOException e) {
                throw e;
              }
              throw (RuntimeException) thrown;
            }
          };
      String what = thrown instanceof CodecException ? "(bad)" : "(" + thrown + ")";
      assertThatExceptionOfType(CodecException.class)
          .isThrownBy(() -> RecordLogReader.of(directory, "events.log", picky).list())
          .withMessageContaining("the record 2 of events.log, which ends at offset ")
          .withMessageContaining(what)
          .withCause(thrown);
    }
  }
}

package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.checkpoint.CheckpointReader;
import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.codec.Decoder;
import dev.durability.codec.PostcardCodec;
import dev.durability.codec.Schema;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.SchemaException;
import dev.durability.frame.FrameKind;
import dev.durability.log.SchemaRange;
import dev.durability.log.Verdict;
import dev.durability.recordlog.RecordLogMaintenance;
import dev.durability.recordlog.RecordLogReader;
import dev.durability.recordlog.RecordLogWriter;
import dev.durability.recovery.Recoverer;
import dev.durability.recovery.RecoveryOptions;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log says how its entries are encoded, and a codec is compared with that before it decodes. */
@SuppressWarnings("SameNameButDifferent") // The same names in another version.
class SchemaInLogTest {
  /** The first version of a program. */
  static final class V1 {
    sealed interface Change permits Put, Remove {}

    record Put(String key, int value) implements Change {}

    record Remove(String key) implements Change {}
  }

  /** The second one: it reads the first. */
  static final class V2 {
    sealed interface Change permits Remove, Put, Clear {}

    record Remove(String key) implements Change {}

    record Put(Optional<String> by, long value, String key) implements Change {}

    record Clear(boolean all) implements Change {}
  }

  /** A version that reads none of the others. */
  static final class Foreign {
    sealed interface Change permits Put {}

    record Put(int key, int value) implements Change {}
  }

  private static final String MEDIA_TYPE = PostcardCodec.MEDIA_TYPE;
  private static final Codec<V1.Change> FIRST = codec(V1.Change.class);
  private static final Codec<V2.Change> SECOND = codec(V2.Change.class);
  private static final Codec<Foreign.Change> FOREIGN = codec(Foreign.Change.class);

  /** The bytes of the first version, in a log that says nothing of them. */
  private static final Codec<V1.Change> SILENT =
      new Codec<>() {
        @Override
        public void encode(V1.Change value, OutputStream out) throws IOException {
          FIRST.encode(value, out);
        }

        @Override
        public V1.Change decode(ByteBuffer in) throws IOException {
          return FIRST.decode(in);
        }
      };

  /** Another program, whose entries have a schema. */
  private static final Codec<String> LINES =
      new Codec<>() {
        @Override
        public void encode(String value, OutputStream out) throws IOException {
          Codecs.utf8().encode(value, out);
        }

        @Override
        public String decode(ByteBuffer in) throws IOException {
          return Codecs.utf8().decode(in);
        }

        @Override
        public Optional<Schema> schema() {
          return Optional.of(Schema.of("text/plain", new byte[0]));
        }
      };

  private final MemoryDirectory directory = new MemoryDirectory();

  @Test
  void twoVersionsOfAProgramWriteOneLog() throws IOException {
    append(FIRST, new V1.Put("a", 1), new V1.Remove("a"));
    append(SECOND, new V2.Put(Optional.of("me"), 2, "b"), new V2.Clear(true));
    List<V2.Change> all =
        List.of(
            new V2.Put(Optional.empty(), 1, "a"),
            new V2.Remove("a"),
            new V2.Put(Optional.of("me"), 2, "b"),
            new V2.Clear(true));

    assertThat(WalReader.of(directory, SECOND).readAll().stream().map(WalRecord::entry))
        .containsExactlyElementsOf(all);
    List<V2.Change> replayed = new ArrayList<>();
    try (WalWriter<V2.Change> log =
        WalWriter.open(
            directory, SECOND, WalOptions.defaults(), (id, entry) -> replayed.add(entry))) {
      assertThat(replayed).isEqualTo(all);
      for (int id = 1; id <= all.size(); id++) {
        assertThat(log.read(id)).isEqualTo(new WalRecord<>(id, all.get(id - 1)));
      }
      List<V2.Change> range = new ArrayList<>();
      assertThat(log.read(2, 3, (id, entry) -> range.add(entry))).isEqualTo(4);
      assertThat(range).isEqualTo(all.subList(1, 3));
    }
    try (WalTail<V2.Change> tail = WalReader.of(directory, SECOND).follow(1)) {
      for (V2.Change each : all) {
        assertThat(Objects.requireNonNull(tail.poll(Duration.ZERO)).entry()).isEqualTo(each);
      }
    }
  }

  @Test
  void theFormerVersionIsRefusedWhereAVariantIsMetThatItLacks() throws IOException {
    append(SECOND, new V2.Remove("a"), new V2.Clear(true));
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> WalWriter.open(directory, FIRST, WalOptions.defaults()))
        .withMessageContaining("Put.value was i64 and is i32")
        .withMessageContaining("wal/");
  }

  @Test
  void aCodecThatCannotReadTheEntriesIsRefusedAndNothingChanges() throws IOException {
    append(FIRST, new V1.Put("a", 1));
    Map<String, String> before = files();
    List<Object> decoded = new ArrayList<>();
    WalReplay<Foreign.Change> replay = (id, entry) -> decoded.add(entry);
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> WalWriter.open(directory, FOREIGN, WalOptions.defaults(), replay))
        .satisfies(
            refused ->
                assertThat(refused.changes()).containsExactly("Put.key was string and is i32"));
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> WalReader.of(directory, FOREIGN).readAll());
    assertThat(decoded).isEmpty();
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void aCodecWithoutASchemaReadsTheBytesAndWritesNothingBesideThem() throws IOException {
    append(FIRST, new V1.Put("a", 1));
    assertThat(WalReader.of(directory, Codecs.bytes()).readAll()).hasSize(1);
    Map<String, String> before = files();
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> WalWriter.open(directory, Codecs.utf8(), WalOptions.defaults()))
        .withMessageContaining("the codec has none");
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void maintenanceNeedsNoCodec() throws IOException {
    append(FIRST, new V1.Put("a", 1));
    assertThat(WalMaintenance.truncate(directory, 0)).isEmpty();
    append(SECOND, new V2.Clear(false));
    assertThat(WalReader.of(directory, SECOND).readAll()).hasSize(2);
  }

  @Test
  void aLogThatSaysNothingIsReadByPositionOnlyIfTheCallerSaysSo() throws IOException {
    append(SILENT, new V1.Put("a", 1));
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> WalWriter.open(directory, FIRST, WalOptions.defaults()))
        .withMessageContaining("readingByPosition()");
    PostcardCodec<V1.Change> trusting =
        PostcardCodec.of(V1.Change.class, MethodHandles.lookup()).readingByPosition();
    append(trusting, new V1.Remove("a"));
    assertThat(WalReader.of(directory, trusting).readAll().stream().map(WalRecord::entry))
        .containsExactly(new V1.Put("a", 1), new V1.Remove("a"));
  }

  /** A record without variants or constants. The first text below is one, by its bytes. */
  record Pair(byte left, byte right) {}

  @Test
  void aRecordIsNotReadFromALogOfLines() throws IOException {
    append(Codecs.utf8(), "ab");
    PostcardCodec<Pair> pairs = PostcardCodec.of(Pair.class, MethodHandles.lookup());
    Map<String, String> before = files();
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> WalWriter.open(directory, pairs, WalOptions.defaults()))
        .withMessageContaining("Pair has components, variants or constants");
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> WalReader.of(directory, pairs).readAll());
    assertThat(files()).isEqualTo(before);
    assertThat(WalReader.of(directory, pairs.readingByPosition()).readAll()).hasSize(1);
    PostcardCodec<Byte> single = PostcardCodec.of(Byte.class);
    assertThat(single.decoderOf(Optional.empty()).decode(ByteBuffer.wrap(new byte[] {7})))
        .isEqualTo((byte) 7); // There is nothing that could have changed its place.
  }

  @Test
  void anEmptyLogTakesAnySchema() throws IOException {
    WalWriter.open(directory, FIRST, WalOptions.defaults()).close();
    append(FOREIGN, new Foreign.Put(1, 2));
    assertThat(WalReader.of(directory, FOREIGN).readAll()).hasSize(1);
  }

  @Test
  void aLogWhoseEntriesAreAllInACheckpointStillKnowsWhoWroteThem() throws IOException {
    try (WalWriter<V1.Change> log = WalWriter.open(directory, FIRST, WalOptions.defaults())) {
      long id = log.append(new V1.Put("a", 1));
      CheckpointPublisher.of(directory, Clock.systemUTC(), log)
          .keeping(1)
          .publish(id, Checkpoints.content(FIRST, new V1.Put("a", 1)));
    }
    assertThat(WalReader.of(directory, Codecs.bytes()).readAll()).isEmpty();
    assertThat(WalMaintenance.schemas(directory))
        .containsExactly(new SchemaRange(2, FIRST.schema()));
    Map<String, String> before = files();
    for (Codec<?> foreign : List.of(Codecs.utf8(), LINES)) {
      assertThatExceptionOfType(SchemaException.class)
          .isThrownBy(() -> WalWriter.open(directory, foreign, WalOptions.defaults()))
          .withMessageStartingWith("wal/");
    }
    assertThat(files()).isEqualTo(before);
    assertThat(WalMaintenance.truncate(directory, 0)).isEmpty(); // Tools need no codec.
    WalWriter.open(directory, SECOND, WalOptions.defaults()).close();
    append(FIRST, new V1.Put("b", 2)); // The second version wrote nothing.
    assertThat(WalReader.of(directory, FIRST).readAll()).hasSize(1);
  }

  @Test
  void eachSegmentHasTheSchemaAndCanBeReadAlone() throws IOException {
    WalOptions small = WalOptions.builder().segmentBytes(4096).build();
    try (WalWriter<V1.Change> log = WalWriter.open(directory, FIRST, small)) {
      for (int i = 0; i < 500; i++) {
        log.append(new V1.Put("key " + i, i));
      }
      log.sync();
    }
    List<String> segments = directory.list("wal");
    int found = 0;
    for (String name : segments) {
      if (!name.startsWith(".") && !name.endsWith(".tmp")) {
        assertThat(content("wal/" + name)).contains(MEDIA_TYPE + "\0Change\n");
        found++;
      }
    }
    assertThat(found).isGreaterThan(3);
  }

  @Test
  void aRecordLogHasRecordsOfBothVersions() throws IOException {
    try (RecordLogWriter<V1.Change> log = RecordLogWriter.open(directory, "records", FIRST)) {
      log.append(new V1.Put("a", 1));
    }
    for (int i = 0; i < 2; i++) {
      try (RecordLogWriter<V2.Change> log = RecordLogWriter.open(directory, "records", SECOND)) {
        log.append(new V2.Clear(true));
      }
    }
    assertThat(RecordLogReader.of(directory, "records", SECOND).list())
        .containsExactly(
            new V2.Put(Optional.empty(), 1, "a"), new V2.Clear(true), new V2.Clear(true));
    assertThat(RecordLogMaintenance.schemas(directory, "records"))
        .containsExactly(new SchemaRange(1, FIRST.schema()), new SchemaRange(2, SECOND.schema()));
    Map<String, String> before = files();
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> RecordLogWriter.open(directory, "records", FOREIGN))
        .withMessageContaining("records");
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> RecordLogWriter.open(directory, "records", Codecs.utf8()));
    assertThat(files()).isEqualTo(before);
    assertThat(content("records").split(MEDIA_TYPE, -1)).hasSize(3);
  }

  @Test
  void schemasOfARecordLogAreThoseOfItsRecords() throws IOException {
    try (RecordLogWriter<String> log = RecordLogWriter.open(directory, "plain", Codecs.utf8())) {
      log.append("a");
    }
    assertThat(RecordLogMaintenance.schemas(directory, "plain"))
        .containsExactly(new SchemaRange(1, Optional.empty()));
    try (RecordLogWriter<V1.Change> log = RecordLogWriter.open(directory, "records", FIRST)) {
      assertThat(RecordLogMaintenance.schemas(directory, "records")).isEmpty();
      log.append(new V1.Put("a", 1));
    }
    try (RecordLogWriter<V2.Change> log = RecordLogWriter.open(directory, "records", SECOND)) {
      log.sync(); // No record has the second schema yet.
    }
    assertThat(RecordLogMaintenance.schemas(directory, "records"))
        .containsExactly(new SchemaRange(1, FIRST.schema()));
  }

  @Test
  void aTypedCheckpointIsReadByTheNextVersion() throws IOException {
    Checkpoints checkpoints = Checkpoints.in(directory, Clock.systemUTC());
    checkpoints.writeAlone("a.state", Checkpoints.content(FIRST, new V1.Put("a", 1)));
    assertThat(checkpoints.read("a.state", Checkpoints.parser(SECOND)))
        .isEqualTo(new V2.Put(Optional.empty(), 1, "a"));
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> checkpoints.read("a.state", Checkpoints.parser(FOREIGN)))
        .withMessageStartingWith("a.state: ");
    checkpoints.writeAlone("b.state", Checkpoints.content(SILENT, new V1.Remove("a")));
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> checkpoints.read("b.state", Checkpoints.parser(FIRST)));
  }

  @Test
  void aTypedCheckpointIsNoStreamAndNoMereBytes() throws IOException {
    Checkpoints checkpoints = Checkpoints.in(directory, Clock.systemUTC());
    checkpoints.writeAlone("a.state", Checkpoints.content(FIRST, new V1.Put("a", 1)));
    List<Checkpoints.Parser<?>> parsers =
        List.of(
            (Checkpoints.Parser<byte[]>) InputStream::readAllBytes,
            Checkpoints.parser(Codecs.utf8()),
            Checkpoints.parser(Codecs.bytes()),
            Checkpoints.parser(SILENT));
    for (Checkpoints.Parser<?> parser : parsers) {
      assertThatExceptionOfType(SchemaException.class)
          .isThrownBy(() -> checkpoints.read("a.state", parser))
          .withMessageStartingWith("a.state: the payload has a schema (" + MEDIA_TYPE);
    }
    try (CheckpointReader bytes = CheckpointReader.open(directory, "a.state")) {
      assertThat(bytes.readAllBytes()).isNotEmpty();
    }
    assertThat(checkpoints.read("a.state", Checkpoints.parser(FIRST)))
        .isEqualTo(new V1.Put("a", 1));
  }

  @Test
  void recoveryTakesNoTypedCheckpointForAStream() throws IOException {
    append(FIRST, new V1.Put("a", 1));
    try (WalWriter<V1.Change> log = WalWriter.open(directory, FIRST, WalOptions.defaults())) {
      CheckpointPublisher.of(directory, Clock.systemUTC(), log)
          .publish(1, Checkpoints.content(FIRST, new V1.Put("a", 1)));
    }
    Recoverer<String, V1.Change> streams =
        Recoverer.of(
            directory,
            FIRST,
            () -> "",
            in -> new String(in.readAllBytes(), StandardCharsets.UTF_8),
            (state, entry, id) -> state + entry);
    Map<String, String> before = files();
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> streams.recover(RecoveryOptions.latest()))
        .withMessageStartingWith(Checkpoints.pathOf(1) + ": the payload has a schema");
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void aSchemaThatIsDamagedIsDamageAndNoSchemaThatIsMissing(@TempDir Path folder)
      throws IOException {
    Directory files = FsDirectory.open(folder);
    for (int i = 0; i < 2; i++) {
      try (WalWriter<V1.Change> log = WalWriter.open(files, FIRST, WalOptions.defaults())) {
        long unused = log.append(new V1.Put("a", i));
      }
    }
    Checkpoints checkpoints = Checkpoints.in(files, Clock.systemUTC());
    checkpoints.writeAlone("a.state", Checkpoints.content(FIRST, new V1.Put("a", 1)));
    String segment =
        files.list("wal").stream()
            .sorted()
            .filter(n -> n.endsWith(".wal"))
            .findFirst()
            .orElseThrow();
    for (Path each : List.of(folder.resolve("wal").resolve(segment), folder.resolve("a.state"))) {
      byte[] bytes = Files.readAllBytes(each);
      bytes[100] ^= 1;
      Files.write(each, bytes);
    }
    assertThatExceptionOfType(CorruptLogException.class)
        .isThrownBy(() -> WalWriter.open(files, FIRST, WalOptions.defaults()));
    assertThatExceptionOfType(CorruptLogException.class)
        .isThrownBy(() -> checkpoints.read("a.state", Checkpoints.parser(FIRST)));
  }

  record Range(int from, int to) {}

  static final class Turned {
    record Range(int to, int from) {}
  }

  /** The index of entries leads past what is damaged. */
  @Test
  void entriesWhoseSchemaIsDamagedAreNotReadByPosition(@TempDir Path folder) throws IOException {
    Directory files = FsDirectory.open(folder);
    int count = 5_000;
    try (WalWriter<Range> log = WalWriter.open(files, codec(Range.class), WalOptions.defaults())) {
      for (int i = 1; i <= count; i++) {
        long unused = log.append(new Range(i, -i));
      }
    }
    Codec<Turned.Range> codec = codec(Turned.Range.class);
    try (WalWriter<Turned.Range> log = WalWriter.open(files, codec, WalOptions.defaults())) {
      log.read(1, count, (id, entry) -> assertThat(entry.from()).isEqualTo((int) id));
      Path first = folder.resolve(log.segments().get(0).file());
      byte[] bytes = Files.readAllBytes(first);
      bytes[100] ^= 1;
      Files.write(first, bytes);
      assertThatExceptionOfType(CorruptLogException.class)
          .isThrownBy(
              () ->
                  log.read(
                      count - 1,
                      count,
                      (id, entry) -> assertThat(entry.from()).isEqualTo((int) id)));
      assertThatExceptionOfType(CorruptLogException.class).isThrownBy(() -> log.read(count));
    }
  }

  @SafeVarargs
  private <T> void append(Codec<T> codec, T... entries) throws IOException {
    try (WalWriter<T> log = WalWriter.open(directory, codec, WalOptions.defaults())) {
      for (T each : entries) {
        log.append(each);
      }
      log.sync();
    }
  }

  /** All files but locks, which say who holds them. */
  private Map<String, String> files() throws IOException {
    Map<String, String> files = new TreeMap<>();
    for (String place : directory.exists("wal") ? List.of("", "wal") : List.of("")) {
      for (String name : directory.list(place)) {
        String path = place.isEmpty() ? name : place + "/" + name;
        if (!name.endsWith(".lock") && !name.equals("wal")) {
          files.put(path, content(path));
        }
      }
    }
    return files;
  }

  private String content(String path) throws IOException {
    try (ReadFile file = directory.open(path)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
      while (bytes.hasRemaining() && file.read(bytes, bytes.position()) > 0) {
        // Goes on.
      }
      return new String(bytes.array(), StandardCharsets.ISO_8859_1);
    }
  }

  private static <T> Codec<T> codec(Class<T> type) {
    return PostcardCodec.of(type, MethodHandles.lookup());
  }

  @Test
  void schemasOfALogAreListedOnceForAllSegmentsInARowThatHaveThem() throws IOException {
    append(FIRST, new V1.Put("a", 1));
    append(FIRST, new V1.Remove("a"));
    append(SECOND, new V2.Clear(true));
    append(SECOND, new V2.Clear(false));
    assertThat(WalMaintenance.schemas(directory))
        .containsExactly(new SchemaRange(1, FIRST.schema()), new SchemaRange(3, SECOND.schema()));
  }

  @Test
  void segmentWithoutASchemaHasNoneWhateverTheOneBeforeItHas() throws IOException {
    LogBuilder log = new LogBuilder(directory);
    log.segment(1).schema("text", "A").entries(2).end(2).write();
    log.segment(2).entries(1).end(3).write();
    log.segment(3).schema("text", "B").entries(1).mark(4).write();
    Codec<String> naming =
        new Codec<>() {
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
                written
                    .map(s -> StandardCharsets.UTF_8.decode(s.descriptor()).toString())
                    .orElse("-");
            return in -> decode(in) + label;
          }
        };
    assertThat(WalReader.of(directory, naming).readAll().stream().map(WalRecord::entry))
        .containsExactly("e1A", "e2A", "e3-", "e4B");
    assertThat(WalMaintenance.schemas(directory).stream().map(SchemaRange::firstEntryId))
        .containsExactly(1L, 3L, 4L);
    assertThat(WalMaintenance.schemas(directory).get(1).schema()).isEmpty();
  }

  @Test
  void schemaWithoutAMediaTypeIsNoFrame() throws IOException {
    for (byte[] payload : List.of(new byte[] {1, 2, 3}, new byte[] {0, 1, 2})) {
      LogBuilder log = new LogBuilder(directory).segment(1).entries(1);
      int end = log.offset();
      log.frame(FrameKind.SCHEMA, 2, payload).entries(1).write();
      assertThat(WalMaintenance.verify(directory))
          .satisfies(
              report -> assertThat(report.verdict()).isEqualTo(Verdict.AMBIGUOUS),
              report -> assertThat(report.intact()).isEqualTo(1),
              report -> assertThat(report.end().offset()).isEqualTo(end));
    }
  }
}

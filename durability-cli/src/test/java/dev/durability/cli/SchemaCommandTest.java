package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.codec.PostcardCodec;
import dev.durability.codec.Schema;
import dev.durability.recordlog.RecordLogWriter;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in a log is shown without the classes of the program that wrote it. */
class SchemaCommandTest {
  /** A variant, with all that JSON knows, and what it does not. */
  sealed interface Change permits Put, Remove {}

  @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
  record Put(
      String key,
      byte[] value,
      Optional<Instant> until,
      List<Double> weights,
      Map<Integer, Boolean> flags,
      char sign)
      implements Change {}

  record Remove(Map<String, Reason> why) implements Change {}

  enum Reason {
    ASKED
  }

  private static final Codec<Change> CHANGES =
      PostcardCodec.of(Change.class, MethodHandles.lookup());

  @TempDir private Path tmp;

  @SafeVarargs
  private static <T> void append(Path log, Codec<T> codec, T... entries) throws IOException {
    try (WalWriter<T> writer =
        WalWriter.open(FsDirectory.open(log), codec, WalOptions.defaults())) {
      for (T each : entries) {
        writer.append(each);
      }
      writer.sync();
    }
  }

  @Test
  void entriesArePrintedAsJson() throws IOException {
    Path log = tmp.resolve("log");
    append(
        log,
        CHANGES,
        new Put(
            "a",
            new byte[] {1, 2, 3},
            Optional.of(Instant.EPOCH),
            List.of(0.5, Double.NaN),
            Map.of(1, true),
            '"'),
        new Put("b", new byte[0], Optional.empty(), List.of(), Map.of(), 'x'),
        new Remove(Map.of("b", Reason.ASKED)));
    assertThat(Run.of("cat", "--json", log).out())
        .isEqualTo(
            """
            {"Put":{"key":"a","value":"AQID","until":"1970-01-01T00:00:00Z","weights":[0.5,"NaN"],\
            "flags":[[1,true]],"sign":"\\""}}
            {"Put":{"key":"b","value":"","until":null,"weights":[],"flags":{},"sign":"x"}}
            {"Remove":{"why":{"b":"ASKED"}}}
            """);
  }

  @Test
  void schemasArePrintedWithTheFirstEntryThatHasThem() throws IOException {
    Path log = tmp.resolve("log");
    append(log, CHANGES, new Remove(Map.of()), new Remove(Map.of()));
    append(log, Codecs.upcasting(PostcardCodec.of(Long.class), CHANGES, each -> 0L), 7L);
    assertThat(Run.of("schema", log).out())
        .isEqualTo(
            """
            from entry 1: application/vnd.durability.postcard
              Change
              Change = variants Put: Put, Remove: Remove
              Put = record key: string, value: bytes, until: option<instant>, weights: list<f64>, \
            flags: map<i32, bool>, sign: char
              Remove = record why: map<string, Reason>
              Reason = enum ASKED
            from entry 3: application/vnd.durability.postcard
              i64
            """);
    assertThat(Run.of("schema", "--json", log).out())
        .contains("{\"firstEntryId\":3,\"mediaType\":\"application/vnd.durability.postcard\"")
        .contains("\"descriptor\":\"i64\\n\"}\n");
    assertThat(Run.of("cat", "--json", "--from", 3, log).out()).isEqualTo("7\n");
  }

  @Test
  void schemasOfARecordLogArePrintedToo() throws IOException {
    for (int round = 0; round < 2; round++) { // The same schema is no change.
      try (var writer = RecordLogWriter.open(FsDirectory.open(tmp), "events.log", CHANGES)) {
        writer.append(new Remove(Map.of()));
      }
    }
    Codec<Long> numbers = Codecs.upcasting(PostcardCodec.of(Long.class), CHANGES, each -> 0L);
    try (var writer = RecordLogWriter.open(FsDirectory.open(tmp), "events.log", numbers)) {
      writer.append(7L);
    }
    Run run = Run.of("schema", tmp.resolve("events.log"));
    assertThat(run.out())
        .startsWith("from entry 1: application/vnd.durability.postcard\n  Change\n")
        .endsWith("from entry 3: application/vnd.durability.postcard\n  i64\n")
        .doesNotContain("from entry 2");
    assertThat(Run.of("schema", "--json", tmp.resolve("events.log")).out())
        .hasLineCount(2)
        .contains("{\"firstEntryId\":3,\"mediaType\":\"application/vnd.durability.postcard\"");
  }

  @Test
  void aLogWithoutASchemaSaysSo() throws IOException {
    Path log = tmp.resolve("log");
    append(log, Codecs.utf8(), "a");
    assertThat(Run.of("schema", log).out()).isEqualTo("from entry 1: no schema\n");
    assertThat(Run.of("cat", "--json", log).out()).isEqualTo("{\"base64\":\"YQ==\"}\n");
  }

  @Test
  void linesAreStringsAndAppendedToLinesAlone() throws IOException {
    Path log = tmp.resolve("log");
    Path lines = Files.write(tmp.resolve("lines"), new byte[] {'a', '\n', (byte) 0xFF, '\n'});
    assertThat(Run.of("append", log, lines).status()).isZero();
    assertThat(Run.of("append", log, lines).status()).isZero();
    assertThat(Run.of("cat", "--json", "--to", 2, log).out())
        .isEqualTo("\"a\"\n{\"base64\":\"/w==\"}\n");
    assertThat(Run.of("schema", log).out())
        .isEqualTo("from entry 1: application/vnd.durability.lines\n");

    for (Codec<?> codec : List.of(CHANGES, Codecs.bytes())) {
      Path foreign = tmp.resolve("foreign" + codec.schema().isPresent());
      if (codec == CHANGES) {
        append(foreign, CHANGES, new Remove(Map.of()));
      } else {
        append(foreign, Codecs.utf8(), "a");
      }
      Run refused = Run.of("append", foreign, lines);
      assertThat(refused.status()).isEqualTo(ExitStatus.FAILED);
      assertThat(refused.err()).contains("schema");
      assertThat(Run.of("cat", "--ids", foreign).out().getBytes(StandardCharsets.UTF_8))
          .startsWith('1', '\t')
          .doesNotContain('2');
    }
  }

  private static Codec<byte[]> pairs(String descriptor) {
    return Codecs.bytes(
        Schema.of(PairsDecoder.MEDIA_TYPE, descriptor.getBytes(StandardCharsets.UTF_8)));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aModuleDecodesWhatTheProgramDoesNotKnow() throws IOException {
    Path log = tmp.resolve("log");
    append(
        log,
        pairs("a,b"),
        bytes(",x"),
        bytes("d0.12345678901234567890123,i9007199254740993"),
        bytes("d1E+400,f1E300"),
        bytes("sx,bx"),
        bytes("n-7,ttrue"));
    append(log, pairs("c"), bytes("fNaN"));
    append(log, pairs(PairsDecoder.DAMAGED), bytes("x"));
    append(log, Codecs.bytes(Schema.of("text/x-unknown", new byte[0])), bytes("x"));
    assertThat(Run.of("cat", "--json", log).out())
        .isEqualTo(
            """
            {"a":null,"b":["x"]}
            {"a":0.12345678901234567890123,"b":9007199254740993}
            {"a":1E+400,"b":1.0E300}
            {"a":"x","b":"eA=="}
            {"a":-7,"b":true}
            {"c":"NaN"}
            {"base64":"eA=="}
            {"base64":"eA=="}
            """);
  }

  @Test
  void anEntryThatAModuleRefusesEndsTheOutputAndIsNamed() throws IOException {
    Path log = tmp.resolve("log");
    append(log, pairs("a"), bytes("n1"), bytes("n1,n2"));
    Run run = Run.of("cat", "--json", log);
    assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
    assertThat(run.out()).isEqualTo("{\"a\":1}\n");
    assertThat(run.err()).contains("entry 2", "the entry has 2 values");
  }

  @Test
  void modulesAreLookedForOnlyIfASchemaNeedsOne() throws Exception {
    Path known = tmp.resolve("known");
    append(known, CHANGES, new Remove(Map.of()));
    append(known, Codecs.upcasting(PostcardCodec.of(Long.class), CHANGES, each -> 0L), 7L);
    assertThat(loadedClasses("cat", "--json", known.toString()))
        .contains(EntryJson.class.getName() + " ")
        .doesNotContain(PairsDecoder.class.getName());
    Path unknown = tmp.resolve("unknown");
    append(unknown, Codecs.bytes(Schema.of("text/x-unknown", new byte[0])), bytes("x"));
    assertThat(loadedClasses("cat", "--json", unknown.toString()))
        .contains(PairsDecoder.class.getName() + " ");
  }

  private static String loadedClasses(String... args) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(List.of(args));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String classes = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(classes).isZero();
    return classes;
  }

  @Test
  void aSchemaCannotSteerTheTerminal() throws IOException {
    Path log = tmp.resolve("hostile");
    Schema schema =
        Schema.of(
            "text/\u001b[2J\u009bx\r",
            "a\u001b]0;title\u0007\tb\nc".getBytes(StandardCharsets.UTF_8));
    try (WalWriter<byte[]> writer =
        WalWriter.open(FsDirectory.open(log), Codecs.bytes(schema), WalOptions.defaults())) {
      writer.append(new byte[] {1});
    }
    assertThat(Run.of("schema", log).out())
        .isEqualTo(
            """
            from entry 1: text/\\u001b[2J\\u009bx
              YRtdMDt0aXRsZQcJYgpj
            """);
    Run refused = Run.of("append", log);
    assertThat(refused.status()).isEqualTo(3);
    assertThat(refused.err()).contains("\\u001b[2J").doesNotContain("\u001b");
    Run checked = Run.of("schema", "check", "--against", "dev.durability.codec.Codecs#utf8", log);
    assertThat(checked.status()).isEqualTo(1);
    assertThat(checked.out()).contains("\\u001b[2J").doesNotContain("\u001b");
  }

  @Test
  void aDescriptorWithControlCharactersIsShownAsBase64() throws IOException {
    Path log = tmp.resolve("binary");
    byte[] small = {10, 2, 18, 0}; // Of Protocol Buffers, and valid UTF-8.
    try (WalWriter<byte[]> writer =
        WalWriter.open(
            FsDirectory.open(log),
            Codecs.bytes(Schema.of("application/protobuf; proto=p.M", small)),
            WalOptions.defaults())) {
      writer.append(new byte[] {1});
    }
    assertThat(Run.of("schema", log).out())
        .isEqualTo("from entry 1: application/protobuf; proto=p.M\n  CgISAA==\n");
    assertThat(Run.of("schema", "--json", log).out()).contains("\"descriptor\":\"CgISAA==\"");
  }

  @Test
  void aSchemaCannotLookLikeTwo() throws IOException {
    Path log = tmp.resolve("lines");
    Schema schema = Schema.of("text/x\nfrom entry 2: text/y", "z".getBytes(StandardCharsets.UTF_8));
    try (WalWriter<byte[]> writer =
        WalWriter.open(FsDirectory.open(log), Codecs.bytes(schema), WalOptions.defaults())) {
      writer.append(new byte[] {1});
    }
    assertThat(Run.of("schema", log).out())
        .isEqualTo("from entry 1: text/x; from entry 2: text/y\n  z\n");
    Run checked = Run.of("schema", "check", "--against", "dev.durability.codec.Codecs#utf8", log);
    assertThat(checked.out()).contains("text/x; from entry 2: text/y, ");
  }
}

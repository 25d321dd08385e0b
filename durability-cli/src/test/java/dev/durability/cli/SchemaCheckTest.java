package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.codec.PostcardCodec;
import dev.durability.recordlog.RecordLogWriter;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.File;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A codec that is not on the class path of the program is checked against a log. */
class SchemaCheckTest {
  /** What is written. */
  sealed interface Change permits Put, Remove {}

  record Put(String key, int value) implements Change {}

  record Remove(String key) implements Change {}

  private static final Codec<Change> WRITTEN =
      PostcardCodec.of(Change.class, MethodHandles.lookup());

  /** What is to read it, in several versions; some of it does not work at all. */
  private static final String STORE =
      """
      package shop;

      import dev.durability.codec.Codec;
      import dev.durability.codec.Codecs;
      import dev.durability.codec.PostcardCodec;
      import java.lang.invoke.MethodHandles;
      import java.util.Optional;

      public class Store {
        public static class Wider {
          sealed interface Change permits Remove, Put {}
          record Put(long value, String key, Optional<String> note) implements Change {}
          record Remove(String key) implements Change {}
          static final Codec<Change> CODEC = PostcardCodec.of(Change.class, MethodHandles.lookup());
        }

        static class Retyped {
          sealed interface Change permits Put, Remove {}
          record Put(String key, String value) implements Change {}
          record Remove(String key) implements Change {}
          private static Codec<Change> codec() {
            return PostcardCodec.of(Change.class, MethodHandles.lookup());
          }
        }

        static class Gone {
          sealed interface Change permits Put {}
          record Put(String key, int value) implements Change {}
          static final Codec<Change> CODEC = PostcardCodec.of(Change.class, MethodHandles.lookup());
        }

        static class Strict {
          sealed interface Change permits Put, Remove {}
          record Put(String key, int value) implements Change {
            Put {
              if (value > 2) {
                throw new IllegalArgumentException("no such value:\\n" + value);
              }
            }
          }
          record Remove(String key) implements Change {}
          static final Codec<Change> CODEC = PostcardCodec.of(Change.class, MethodHandles.lookup());
        }

        static class Broken {
          static final Codec<String> CODEC = codec();
          static Codec<String> codec() { throw new IllegalStateException("no configuration"); }
        }

        static class Incomplete {
          static final Codec<String> CODEC = codec();
          static Codec<String> codec() { new Missing(); return Codecs.utf8(); }
        }

        static class Missing {}

        static final Codec<Long> SUM = PostcardCodec.of(Long.class);
        static final Codec<String> TEXT = Codecs.utf8();
        static final Codec<String> NULL = null;
        static final String NAME = "no codec";
        final Codec<String> ofObject = Codecs.utf8();
        static Codec<String> with(int argument) { return Codecs.utf8(); }
      }
      """;

  @TempDir private static Path classes;
  @TempDir private Path tmp;

  @BeforeAll
  static void compile() throws IOException {
    Path source = Files.writeString(classes.resolve("Store.java"), STORE);
    List<String> options =
        List.of(
            "-proc:none",
            "-d",
            classes.toString(),
            "-cp",
            System.getProperty("java.class.path"),
            source.toString());
    ToolProvider compiler = ToolProvider.findFirst("javac").orElseThrow();
    assertThat(compiler.run(System.out, System.err, options.toArray(new String[0]))).isZero();
    Files.delete(classes.resolve("shop/Store$Missing.class"));
  }

  @SafeVarargs
  private static <T> Path append(Path log, Codec<T> codec, T... entries) throws IOException {
    try (WalWriter<T> writer =
        WalWriter.open(FsDirectory.open(log), codec, WalOptions.defaults())) {
      for (T each : entries) {
        writer.append(each);
      }
      writer.sync();
    }
    return log;
  }

  private Path written() throws IOException {
    return append(
        tmp.resolve("log"),
        WRITTEN,
        new Put("a", 1),
        new Put("b", 2),
        new Put("c", 3),
        new Remove("a"));
  }

  private static Run check(Path log, String member, Object... more) {
    List<Object> all =
        new ArrayList<>(
            List.of(
                "schema",
                "check",
                log,
                "--against",
                "shop.Store" + member,
                "--class-path",
                classes));
    all.addAll(List.of(more));
    return Run.of(all.toArray());
  }

  @Test
  void aCodecThatReadsAllIsStatus0() throws IOException {
    Path log = written();
    var before = Logs.content(log);
    assertThat(check(log, ".Wider#CODEC"))
        .isEqualTo(
            new Run(
                0,
                """
                entries 1 to 4: application/vnd.durability.postcard, read
                all of this is read
                """,
                ""));
    assertThat(check(log, ".Wider#CODEC", "--schemas-only").out())
        .isEqualTo(
            """
            from entry 1: application/vnd.durability.postcard, read
            all of this is read
            """);
    assertThat(Logs.content(log)).isEqualTo(before);
  }

  @Test
  void aChangeThatStandsInTheWayIsNamed() throws IOException {
    Path log = written();
    append(log, Codecs.upcasting(PostcardCodec.of(Long.class), WRITTEN, each -> 0L), 7L);
    Run run = check(log, "$Retyped#codec()");
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out())
        .isEqualTo(
            """
            entries 1 to 4: application/vnd.durability.postcard, not read
              Put.value was i32 and is string
            entry 5: application/vnd.durability.postcard, not read
              Change was i64 and is Change
            not all of this is read
            """);
    assertThat(run.err()).isEmpty();
    assertThat(check(log, "$Retyped#codec", "--schemas-only", "--json").out())
        .isEqualTo(
            """
            {"checkpoint":null,"firstEntryId":1,"lastEntryId":null,\
            "mediaType":"application/vnd.durability.postcard","read":false,\
            "problems":["Put.value was i32 and is string"],"entries":null,"undecodable":null,\
            "firstUndecodableId":null,"failure":null}
            {"checkpoint":null,"firstEntryId":5,"lastEntryId":null,\
            "mediaType":"application/vnd.durability.postcard","read":false,\
            "problems":["Change was i64 and is Change"],"entries":null,"undecodable":null,\
            "firstUndecodableId":null,"failure":null}
            """);
  }

  @Test
  void whatIsGoneIsFoundOnlyWhereAnEntryHasIt() throws IOException {
    Path log = written();
    Run run = check(log, ".Gone#CODEC");
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out())
        .contains("entries 1 to 4: application/vnd.durability.postcard, 1 of 4 cannot be decoded\n")
        .contains("  entry 4: ", "Remove", "none any more");
    assertThat(check(log, ".Gone#CODEC", "--schemas-only").status()).isZero();
    Path puts = append(tmp.resolve("puts"), WRITTEN, new Put("a", 1));
    assertThat(check(puts, ".Gone#CODEC").status()).isZero();
  }

  @Test
  void whatAConstructorRefusesIsAnEntryThatCannotBeDecoded() throws IOException {
    Run run = check(written(), ".Strict#CODEC", "--json");
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out())
        .hasLineCount(1)
        .contains(
            "\"firstEntryId\":1,\"lastEntryId\":4",
            "\"read\":false,\"problems\":[],\"entries\":4,\"undecodable\":1,"
                + "\"firstUndecodableId\":3,\"failure\":",
            "no such value:; 3");
  }

  @Test
  void aCodecWithoutASchemaReadsAndDoesNotWrite() throws IOException {
    Path log = written();
    Run run = check(log, "#TEXT");
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out()).contains("the codec has none, so that it is refused");
    Path plain = append(tmp.resolve("plain"), Codecs.utf8(), "a");
    assertThat(check(plain, "#TEXT").out())
        .isEqualTo("entry 1: no schema, read\nall of this is read\n");
    assertThat(check(plain, ".Wider#CODEC").out())
        .contains("no schema, not read", "by their position");
    Run ofCore = Run.of("schema", "check", "--against", "dev.durability.codec.Codecs#utf8", plain);
    assertThat(ofCore.status()).isZero();
  }

  @Test
  void checkpointsThatAreOneValueAreCheckedByACodecOfTheirOwn() throws IOException {
    Path log = tmp.resolve("log");
    Directory directory = FsDirectory.open(log);
    try (WalWriter<Change> writer = WalWriter.open(directory, WRITTEN, WalOptions.defaults())) {
      long id = writer.append(new Put("a", 1));
      CheckpointPublisher.of(directory, Clock.systemUTC(), writer)
          .publish(id, Checkpoints.content(PostcardCodec.of(Integer.class), 3));
      writer.appendDurable(new Put("b", 2));
      CheckpointPublisher.of(directory, Clock.systemUTC(), writer)
          .publish(id + 1, out -> out.write(1)); // A stream has no schema.
    }
    String path = Checkpoints.pathOf(1);
    String stream =
        Checkpoints.pathOf(2)
            + ": a stream without a schema, not checked; let a test read it with the program's own"
            + " code\n";
    assertThat(check(log, ".Wider#CODEC").out())
        .isEqualTo(
            """
            entry 2: application/vnd.durability.postcard, read
            %s: not checked, see --checkpoints-against
            %sall of this is read
            """
                .formatted(path, stream));
    Run both = check(log, ".Wider#CODEC", "--checkpoints-against", "shop.Store#SUM");
    assertThat(both.status()).isZero();
    assertThat(both.out())
        .contains(path + ": application/vnd.durability.postcard, read\n" + stream);
    for (String how : List.of("--json", "--schemas-only")) {
      List<String> options = how.equals("--json") ? List.of(how) : List.of(how, "--json");
      List<Object> arguments =
          new ArrayList<>(
              List.of(
                  "schema",
                  "check",
                  log,
                  "--checkpoints-against=shop.Store$Gone#CODEC",
                  "--class-path=" + classes));
      arguments.addAll(options);
      Run alone = Run.of(arguments.toArray());
      assertThat(alone.status()).as(alone.err()).isEqualTo(1);
      assertThat(alone.out())
          .startsWith(
              "{\"checkpoint\":\""
                  + path
                  + "\",\"firstEntryId\":null,\"lastEntryId\":1,\"mediaType\":")
          .contains("\"problems\":[\"Change was i32 and is Change\"]");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "shop.Stall#CODEC, there is no class shop.Stall on --class-path",
    "shop.Store#STOCK, shop.Store has no field and no method",
    "shop.Store#with, shop.Store has no field and no method",
    "shop.Store#ofObject, shop.Store#ofObject is not static",
    "shop.Store#NAME, 'is a java.lang.String, but must be a dev.durability.codec.Codec'",
    "shop.Store#NULL, 'is null, but must be'",
    "shop.Store.Broken#CODEC, 'it threw java.lang.IllegalStateException: no configuration'",
    "shop.Store.Broken#codec, 'it threw java.lang.IllegalStateException: no configuration'",
    "shop.Store.Incomplete#CODEC, 'needs cannot be loaded (java.lang.NoClassDefFoundError'"
  })
  void aCodecThatIsNotThereIsOneLineAndStatus3(String reference, String message)
      throws IOException {
    Run run = Run.of("schema", "check", written(), "--against", reference, "--class-path", classes);
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.errLines())
        .singleElement()
        .asString()
        .contains(message)
        .doesNotContain("internal error");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void wrongUsageIsSaid() throws IOException {
    Path log = written();
    String there = tmp + "/missing";
    assertThat(Run.of("schema", "check", log).err()).contains("needs --against");
    assertThat(Run.of("schema", "check", log, "--against", "shop.Store").err())
        .contains("as com.example.Store#CODEC, but is shop.Store");
    assertThat(Run.of("schema", "compare", log).err()).contains("the word check");
    assertThat(Run.of("schema", log, "--schemas-only").err())
        .contains("--schemas-only is an option of schema check");
    assertThat(check(log, "#TEXT", "--class-path", classes + File.pathSeparator + there).err())
        .contains("only once");
    Run missing =
        Run.of("schema", "check", log, "--against", "shop.Store#TEXT", "--class-path", there);
    assertThat(missing.status()).isEqualTo(3);
    assertThat(missing.err()).contains(there, "class path");
  }

  @Test
  void aDirectoryOfJarsIsAClassPath() throws IOException {
    Path lib = Files.createDirectory(tmp.resolve("lib"));
    Path jar = lib.resolve("shop.jar");
    try (var out = new java.util.jar.JarOutputStream(Files.newOutputStream(jar));
        var files = Files.list(classes.resolve("shop"))) {
      for (Path each : files.toList()) {
        out.putNextEntry(new java.util.zip.ZipEntry("shop/" + each.getFileName()));
        Files.copy(each, out);
        out.closeEntry();
      }
    }
    Files.writeString(lib.resolve("README"), "no jar");
    Run run =
        Run.of(
            "schema",
            "check",
            written(),
            "--against=shop.Store.Wider#CODEC",
            "--class-path=" + lib + "/*");
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
  }

  @Test
  void aCorruptLogIsStatus2() throws IOException {
    Path log = written();
    Logs.corrupt(log);
    assertThat(check(log, ".Wider#CODEC").status()).isEqualTo(2);
  }

  @SafeVarargs
  private final <T> Path record(Codec<T> codec, T... records) throws IOException {
    try (RecordLogWriter<T> writer =
        RecordLogWriter.open(FsDirectory.open(tmp), "events.log", codec)) {
      for (T each : records) {
        writer.append(each);
      }
    }
    return tmp.resolve("events.log");
  }

  @Test
  void aRecordLogIsCheckedAsALogIs() throws IOException {
    Path log = record(WRITTEN, new Put("a", 1), new Put("b", 3), new Remove("a"));
    var before = Logs.content(tmp);

    assertThat(check(log, ".Wider#CODEC"))
        .isEqualTo(
            new Run(
                0,
                """
                entries 1 to 3: application/vnd.durability.postcard, read
                all of this is read
                """,
                ""));
    Run gone = check(log, ".Gone#CODEC");
    assertThat(gone.status()).isEqualTo(1);
    assertThat(gone.out())
        .contains("1 of 3 cannot be decoded\n  entry 3: ", "not all of this is read");
    assertThat(check(log, ".Gone#CODEC", "--schemas-only").out())
        .isEqualTo(
            """
            from entry 1: application/vnd.durability.postcard, read
            all of this is read
            """);
    assertThat(check(log, "#TEXT").out()).contains("the codec has none, so that it is refused");
    assertThat(Logs.content(tmp)).isEqualTo(before);
  }

  @Test
  void aRecordLogOfTwoVersionsNamesEachChange() throws IOException {
    record(WRITTEN, new Put("a", 1), new Put("b", 2));
    Path log = record(Codecs.upcasting(PostcardCodec.of(Long.class), WRITTEN, each -> 0L), 7L, 8L);

    Run run = check(log, "$Retyped#codec()", "--json");
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out().lines())
        .satisfiesExactly(
            first ->
                assertThat(first)
                    .contains(
                        "\"firstEntryId\":1,\"lastEntryId\":2",
                        "\"problems\":[\"Put.value was i32 and is string\"],\"entries\":2"),
            second ->
                assertThat(second)
                    .contains(
                        "\"firstEntryId\":3,\"lastEntryId\":4",
                        "\"problems\":[\"Change was i64 and is Change\"],\"entries\":2"));
    assertThat(check(log, "$Retyped#codec", "--schemas-only").out())
        .startsWith("from entry 1: application/vnd.durability.postcard, not read\n")
        .contains("\nfrom entry 3: application/vnd.durability.postcard, not read\n");
  }

  @Test
  void aRecordLogThatIsEmptyDamagedOrNoneIsSaid() throws IOException {
    Path log = record(WRITTEN);
    assertThat(check(log, ".Wider#CODEC"))
        .isEqualTo(new Run(0, "no entries\nall of this is read\n", ""));
    assertThat(check(log, ".Wider#CODEC", "--checkpoints-against=shop.Store#SUM").err())
        .contains("a record log has no checkpoints");

    record(WRITTEN, new Put("a", 1), new Put("b", 2));
    byte[] bytes = Files.readAllBytes(log);
    int key = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("\1a\2") + 1;
    assertThat(bytes[key]).isEqualTo((byte) 'a');
    bytes[key] = 'x'; // Of the first record, which closing promised.
    Files.write(log, bytes);
    Run corrupt = check(log, ".Wider#CODEC");
    assertThat(corrupt.status()).as(corrupt.out()).isEqualTo(2);
    assertThat(corrupt.err()).contains("events.log");

    Path text = Files.writeString(tmp.resolve("notes.txt"), "no log, but a text of some length\n");
    Run none = check(text, ".Wider#CODEC");
    assertThat(none.status()).isNotZero();
    assertThat(none.err()).contains("notes.txt");
  }

  @Test
  void anEmptyLogIsRead() throws IOException {
    Path log = append(tmp.resolve("log"), WRITTEN);
    assertThat(check(log, ".Wider#CODEC"))
        .isEqualTo(new Run(0, "no entries\nall of this is read\n", ""));
    assertThat(check(log, ".Wider#CODEC", "--json").out()).isEmpty();
  }
}

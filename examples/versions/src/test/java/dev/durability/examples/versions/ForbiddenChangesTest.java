package dev.durability.examples.versions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.codec.PostcardCodec;
import dev.durability.codec.Schema;
import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import dev.durability.examples.versions.v1.Version1;
import dev.durability.examples.versions.v2.Priority;
import dev.durability.examples.versions.v2.Version2;
import dev.durability.examples.versions.v3.Version3;
import dev.durability.examples.versions.v4.Version4;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalRecord;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Changes that a next version must not make, and what it is told. Nothing is changed then. */
@SuppressWarnings("SameNameButDifferent") // The same names in another version.
class ForbiddenChangesTest {
  /** A component is new, and nobody said what it was before. */
  static final class Added {
    sealed interface Event permits Opened, Closed {}

    record Opened(int ticket, String title, int severity) implements Event {}

    record Closed(int ticket) implements Event {}
  }

  /** A component has another name, and nobody said so. */
  static final class Renamed {
    sealed interface Event permits Opened, Closed {}

    record Opened(int ticket, String subject) implements Event {}

    record Closed(int ticket) implements Event {}
  }

  /** A component has another type. */
  static final class Retyped {
    sealed interface Event permits Opened, Closed {}

    record Opened(int ticket, long title) implements Event {}

    record Closed(int ticket) implements Event {}
  }

  /** A number is narrower. */
  static final class Narrowed {
    sealed interface Event permits Opened, Closed {}

    record Opened(short ticket, String title) implements Event {}

    record Closed(int ticket) implements Event {}
  }

  /** A list is a set. */
  static final class AsSet {
    sealed interface Event permits Opened, Closed, Assigned {}

    record Opened(int ticket, String title, Priority priority, Set<String> tags) implements Event {}

    record Closed(int ticket) implements Event {}

    record Assigned(int ticket, String to) implements Event {}
  }

  /** What may be absent has to be there. */
  static final class Required {
    sealed interface Event permits Opened, Assigned, Resolved {}

    record Opened(
        long ticket,
        String subject,
        dev.durability.examples.versions.v4.Priority priority,
        Instant due)
        implements Event {}

    record Assigned(long ticket, Optional<String> to) implements Event {}

    record Resolved(long ticket) implements Event {}
  }

  /** A constant of an enum is a text. */
  static final class AsText {
    sealed interface Event permits Opened, Closed, Assigned {}

    record Opened(int ticket, String title, String priority, List<String> tags) implements Event {}

    record Closed(int ticket) implements Event {}

    record Assigned(int ticket, String to) implements Event {}
  }

  /** A record is an enum. */
  static final class AsEnum {
    sealed interface Event permits Opened, Closed {}

    record Opened(int ticket, String title) implements Event {}

    enum Closed implements Event {
      DONE
    }
  }

  /** Variants are one record. */
  static final class AsRecord {
    record Event(int ticket, String title) {}
  }

  /** A component has two former names that stood beside each other. */
  static final class Merged {
    sealed interface Event permits Opened, Assigned, Resolved {}

    record Opened(long ticket, String subject, List<String> words) implements Event {}

    record Assigned(long ticket, String to) implements Event {}

    record Resolved(long ticket) implements Event {}
  }

  /** A variant and a constant are gone. */
  static final class Gone {
    sealed interface Event permits Opened, Assigned {}

    record Opened(int ticket, String title, Level priority) implements Event {}

    record Assigned(int ticket, String to) implements Event {}

    enum Level {
      NORMAL
    }
  }

  private static <T> PostcardCodec<T> codec(Class<T> type) {
    return PostcardCodec.of(type, MethodHandles.lookup());
  }

  static List<Arguments> forbidden() {
    return List.of(
        arguments(
            "a new component without a default",
            Version1.EVENTS,
            codec(Added.Event.class),
            List.of("Opened: component 3, \"severity: i32\", is new and has no default")),
        arguments(
            "another name, of which the codec was not told",
            Version1.EVENTS,
            codec(Renamed.Event.class),
            List.of(
                "Opened: component 2, \"subject: string\", is new and has no default; gone is"
                    + " \"title: string\"")),
        arguments(
            "another type",
            Version1.EVENTS,
            codec(Retyped.Event.class),
            List.of("Opened.title was string and is i64")),
        arguments(
            "a narrower number",
            Version1.EVENTS,
            codec(Narrowed.Event.class),
            List.of("Opened.ticket was i32 and is i16")),
        arguments(
            "unsigned numbers instead of signed ones",
            Version1.EVENTS,
            PostcardCodec.ofUnsigned(dev.durability.examples.versions.v1.Event.class),
            List.of("Opened.ticket was i32 and is u32", "Closed.ticket was i32 and is u32")),
        arguments(
            "a set instead of a list",
            Version2.EVENTS,
            codec(AsSet.Event.class),
            List.of("Opened.tags was list<string> and is set<string>")),
        arguments(
            "a value that must be there instead of one that may be",
            Version4.EVENTS,
            codec(Required.Event.class),
            List.of("Opened.due was option<instant> and is instant")),
        arguments(
            "a text instead of an enum",
            Version2.EVENTS,
            codec(AsText.Event.class),
            List.of("Opened.priority was Priority and is string")),
        arguments(
            "an enum instead of a record",
            Version1.EVENTS,
            codec(AsEnum.Event.class),
            List.of("Event.Closed was record Closed and is enum Closed")),
        arguments(
            "a record instead of variants",
            Version1.EVENTS,
            codec(AsRecord.Event.class),
            List.of("Event was sealed interface Event and is record Event")),
        arguments(
            "two former names that stood beside each other",
            Version3.EVENTS,
            codec(Merged.Event.class)
                .renamed(Merged.Opened.class, "words", "tags")
                .renamed(Merged.Opened.class, "words", "priority"),
            List.of()),
        arguments(
            "the version before, after one that it cannot read",
            Version3.EVENTS,
            Version2.EVENTS,
            List.of(
                "Opened.ticket was i64 and is i32",
                "Opened: component 2, \"title: string\", is new and has no default; gone is"
                    + " \"subject: string\"",
                "Assigned.ticket was i64 and is i32")),
        arguments("a codec without a schema", Version1.EVENTS, Codecs.utf8(), List.of()),
        arguments("a codec of another kind", Version1.EVENTS, new Other(), List.of()),
        arguments(
            "variants in a log without a schema", Codecs.bytes(), Version1.EVENTS, List.of()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("forbidden")
  void isRefusedByItsName(String change, Codec<?> before, Codec<?> after, List<String> changes)
      throws IOException {
    Directory directory = new MemoryDirectory();
    write(directory, before);
    List<byte[]> bytes = bytes(directory);
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> WalWriter.open(directory, after, WalOptions.defaults()))
        .satisfies(
            refused -> {
              System.out.println("| " + change + " | " + shown(refused) + " |");
              assertThat(refused.changes()).containsAll(changes);
            });
    assertThat(bytes(directory)).containsExactlyElementsOf(bytes);
  }

  @Test
  void whatIsGoneIsAnErrorOnlyWhereItIsMet() throws IOException {
    Codec<Gone.Event> codec = codec(Gone.Event.class);
    Directory directory = new MemoryDirectory();
    write(
        directory,
        Version2.EVENTS,
        new dev.durability.examples.versions.v2.Event.Opened(1, "a", Priority.NORMAL, List.of()),
        new dev.durability.examples.versions.v2.Event.Opened(2, "b", Priority.HIGH, List.of()),
        new dev.durability.examples.versions.v2.Event.Closed(2));
    WalWriter.open(directory, codec, WalOptions.defaults()).close();
    WalReader<Gone.Event> reader = WalReader.of(directory, codec);
    List<Gone.Event> read = new ArrayList<>();
    reader.replay(1, 1, (id, event) -> read.add(event));
    assertThat(read).containsExactly(new Gone.Opened(1, "a", Gone.Level.NORMAL));
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> reader.replay(2, 2, (id, event) -> read.add(event)))
        .withMessageContainingAll("entry 2", "HIGH", "none any more");
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> reader.replay(3, 3, (id, event) -> read.add(event)))
        .withMessageContainingAll("entry 3", "Closed", "none any more");
  }

  private static String shown(SchemaException refused) {
    return refused.changes().isEmpty()
        ? String.valueOf(refused.getMessage())
        : String.join("; ", refused.changes());
  }

  /** A log with one entry of each version's kind; only the schema matters here. */
  private static void write(Directory directory, Codec<?> codec) throws IOException {
    if (codec == Version1.EVENTS) {
      write(directory, Version1.EVENTS, new dev.durability.examples.versions.v1.Event.Closed(1));
    } else if (codec == Version2.EVENTS) {
      write(directory, Version2.EVENTS, new dev.durability.examples.versions.v2.Event.Closed(1));
    } else if (codec == Version3.EVENTS) {
      write(directory, Version3.EVENTS, new dev.durability.examples.versions.v3.Event.Resolved(1));
    } else if (codec == Version4.EVENTS) {
      write(directory, Version4.EVENTS, new dev.durability.examples.versions.v4.Event.Resolved(1));
    } else {
      write(directory, Codecs.bytes(), new byte[] {1, 2});
    }
  }

  @SafeVarargs
  private static <E> void write(Directory directory, Codec<E> codec, E... entries)
      throws IOException {
    try (WalWriter<E> log = WalWriter.open(directory, codec, WalOptions.defaults())) {
      for (E entry : entries) {
        log.append(entry);
      }
      log.sync();
    }
  }

  /** The entries as they are, and the names of all segments. */
  private static List<byte[]> bytes(Directory directory) throws IOException {
    List<byte[]> bytes = new ArrayList<>();
    for (WalRecord<byte[]> each : WalReader.of(directory, Codecs.bytes()).readAll()) {
      bytes.add(each.entry());
    }
    for (String name : directory.list("wal")) {
      bytes.add(name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    return bytes;
  }

  /** A codec of another kind, which knows nothing of changes. */
  private static final class Other implements Codec<String> {
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
      return Optional.of(Schema.of("text/x-help-desk", new byte[0]));
    }
  }
}

package dev.durability.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.codec.PostcardCodec;
import dev.durability.errors.SchemaException;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalRecord;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Three versions of a program, and one log. */
@SuppressWarnings("SameNameButDifferent") // The same names in another version.
class VersionsExampleTest {
  /** The first version. */
  static final class First {
    // begin:first-version
    sealed interface Event permits Ordered, Cancelled {}

    record Ordered(String item, int count) implements Event {}

    record Cancelled(String item) implements Event {}
    // end:first-version
  }

  /** The second. */
  static final class Second {
    // begin:second-version
    sealed interface Event permits Cancelled, Shipped, Ordered {}

    record Ordered(String article, long count, Optional<String> note, boolean gift)
        implements Event {}

    record Cancelled(String article) implements Event {}

    record Shipped(String article, Instant when) implements Event {}
    // end:second-version
  }

  /** The third. */
  static final class Third {
    record Event(String what, long change) {}
  }

  private final Directory directory = new MemoryDirectory();

  private static PostcardCodec<Second.Event> second() {
    // begin:evolution
    PostcardCodec<Second.Event> codec =
        PostcardCodec.of(Second.Event.class, MethodHandles.lookup())
            .renamed(Second.Ordered.class, "article", "item") // It was item before.
            .renamed(Second.Cancelled.class, "article", "item")
            .withDefault(Second.Ordered.class, "gift", false);
    // end:evolution
    return codec;
  }

  @Test
  void threeVersionsWriteOneLog() throws IOException {
    append(
        PostcardCodec.of(First.Event.class, MethodHandles.lookup()),
        new First.Ordered("apples", 3),
        new First.Cancelled("apples"));
    append(second(), new Second.Ordered("pears", 1L << 40, Optional.of("soon"), true));
    assertThat(read(second()))
        .containsExactly(
            new Second.Ordered("apples", 3, Optional.empty(), false),
            new Second.Cancelled("apples"),
            new Second.Ordered("pears", 1L << 40, Optional.of("soon"), true));

    // begin:upcasting
    Codec<Third.Event> third =
        Codecs.upcasting(
            PostcardCodec.of(Third.Event.class, MethodHandles.lookup()),
            second(), // It also reads what the first version wrote.
            event ->
                event instanceof Second.Ordered ordered
                    ? new Third.Event(ordered.article(), ordered.count())
                    : new Third.Event("nothing", 0));
    // end:upcasting
    append(third, new Third.Event("plums", 7));
    assertThat(read(third))
        .containsExactly(
            new Third.Event("apples", 3),
            new Third.Event("nothing", 0),
            new Third.Event("pears", 1L << 40),
            new Third.Event("plums", 7));
  }

  @Test
  void whatCannotBeReadIsNamed() throws IOException {
    append(PostcardCodec.of(First.Event.class, MethodHandles.lookup()), new First.Ordered("a", 1));
    PostcardCodec<Second.Event> codec =
        PostcardCodec.of(Second.Event.class, MethodHandles.lookup());
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> WalWriter.open(directory, codec, WalOptions.defaults()))
        .satisfies(
            refused ->
                assertThat(refused.changes())
                    .containsExactly(
                        "Ordered: component 1, \"article: string\", is new and has no default;"
                            + " gone is \"item: string\"",
                        "Ordered: component 4, \"gift: bool\", is new and has no default;"
                            + " gone is \"item: string\"",
                        "Cancelled: component 1, \"article: string\", is new and has no default;"
                            + " gone is \"item: string\""));
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

  private <T> List<T> read(Codec<T> codec) throws IOException {
    return WalReader.of(directory, codec).readAll().stream().map(WalRecord::entry).toList();
  }
}

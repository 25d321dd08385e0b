package dev.durability.jackson.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.jackson.JacksonCodec;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two versions of a program with Jackson, as the page about it shows them. */
@SuppressWarnings("SameNameButDifferent") // The classes of different versions.
class JacksonExampleTest {

  static final class First {
    // begin:jackson
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
      @JsonSubTypes.Type(value = Ordered.class, name = "ordered"),
      @JsonSubTypes.Type(value = Cancelled.class, name = "cancelled")
    })
    sealed interface Event permits Ordered, Cancelled {}

    record Ordered(String item, int count) implements Event {}

    record Cancelled(String item) implements Event {}

    // end:jackson
  }

  static final class Second {
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
      @JsonSubTypes.Type(value = Ordered.class, name = "ordered"),
      @JsonSubTypes.Type(value = Cancelled.class, name = "cancelled")
    })
    sealed interface Event permits Ordered, Cancelled {}

    // begin:jackson-second
    record Ordered(@JsonAlias("item") String article, long count, boolean gift) implements Event {}

    record Cancelled() implements Event {}

    // end:jackson-second
  }

  @Test
  void theSecondVersionReadsWhatTheFirstOneWrote(@TempDir Path path) throws Exception {
    // begin:jackson-write
    ObjectMapper mapper = JsonMapper.builder().build();
    Codec<First.Event> codec = JacksonCodec.of(First.Event.class, mapper);
    try (var log = WalWriter.open(FsDirectory.open(path), codec, WalOptions.defaults())) {
      log.append(new First.Ordered("tea", 2)); // {"kind":"ordered","count":2,"item":"tea"}
      log.append(new First.Cancelled("tea"));
    }
    // end:jackson-write
    // begin:jackson-read
    Codec<Second.Event> second =
        JacksonCodec.of(Second.Event.class, mapper)
            .withDefault(Second.Ordered.class, "gift", false)
            .ignoring(Second.Cancelled.class, "item");
    var read = WalReader.of(FsDirectory.open(path), second).readAll();
    // end:jackson-read

    assertThat(read)
        .extracting(each -> (Object) each.entry())
        .containsExactly(new Second.Ordered("tea", 2, false), new Second.Cancelled());
    // begin:jackson-cbor
    Codec<Second.Event> cbor =
        Codecs.upcasting(
            JacksonCodec.of(Second.Event.class, new CBORMapper()), second, event -> event);
    try (var log = WalWriter.open(FsDirectory.open(path), cbor, WalOptions.defaults())) {
      log.append(new Second.Cancelled());
    }
    // end:jackson-cbor
    assertThat(WalReader.of(FsDirectory.open(path), cbor).readAll()).hasSize(3);
  }
}

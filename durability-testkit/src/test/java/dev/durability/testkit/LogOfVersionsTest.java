package dev.durability.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.codec.Decoder;
import dev.durability.codec.PostcardCodec;
import dev.durability.codec.Schema;
import dev.durability.errors.SchemaException;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Codecs that read the log, that are refused, and that are refused too late. */
class LogOfVersionsTest {
  record First(String item) {}

  record Second(Optional<String> note, String item) {}

  record Retyped(int item) {}

  private static final Codec<First> FIRST = PostcardCodec.of(First.class, MethodHandles.lookup());
  private static final Codec<Second> SECOND =
      PostcardCodec.of(Second.class, MethodHandles.lookup()).renamed(Second.class, "First");
  private static final Codec<Retyped> RETYPED =
      PostcardCodec.of(Retyped.class, MethodHandles.lookup()).renamed(Retyped.class, "First");

  private final LogOfVersions log = new LogOfVersions();

  @Test
  void entriesOfAllVersionsAreRead() throws IOException {
    log.append(FIRST, new First("a"), new First("b"))
        .append(SECOND, new Second(Optional.of("x"), "c"));
    assertThat(log.read(SECOND))
        .containsExactly(
            new Second(Optional.empty(), "a"),
            new Second(Optional.empty(), "b"),
            new Second(Optional.of("x"), "c"));
  }

  @Test
  void aCodecThatCannotReadIsRefusedByName() throws IOException {
    log.append(FIRST, new First("a"));
    assertThat(log.refusal(RETYPED).changes())
        .containsExactly("Retyped.item was string and is i32");
    assertThatExceptionOfType(SchemaException.class).isThrownBy(() -> log.append(RETYPED));
    assertThat(log.refusal(Codecs.utf8())).hasMessageContaining("the codec has none");
    assertThat(log.read(Codecs.utf8())).hasSize(1);
    assertThat(log.read(FIRST)).containsExactly(new First("a"));
  }

  @Test
  void aCodecThatIsNotRefusedFailsTheTest() throws IOException {
    log.append(FIRST, new First("a"));
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> log.refusal(SECOND))
        .withMessageContaining("not refused");
  }

  /** Refuses a schema once, and then no more. */
  private static final class Wavering implements Codec<String> {
    private boolean refused;

    @Override
    public Optional<Schema> schema() {
      return Optional.of(Schema.of("text/plain", new byte[0]));
    }

    @Override
    public Decoder<String> decoderOf(Optional<Schema> written) throws SchemaException {
      if (!refused) {
        refused = true;
        throw new SchemaException("not now", List.of());
      }
      return this;
    }

    @Override
    public String decode(ByteBuffer in) {
      return "anything";
    }

    @Override
    public void encode(String value, OutputStream out) {}
  }

  @Test
  void aCodecThatReadsWhatItMayNotOpenFailsTheTest() throws IOException {
    log.append(FIRST, new First("a"));
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> log.refusal(new Wavering()))
        .withMessageContaining("reads [anything]");
  }
}

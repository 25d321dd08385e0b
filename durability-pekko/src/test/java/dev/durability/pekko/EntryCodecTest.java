package dev.durability.pekko;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Schema;
import dev.durability.codec.SchemaDecoder;
import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class EntryCodecTest {
  private static final String WRITER = "c0ffee00-0000-4000-8000-00000000abcd";
  private static final EntryCodec CODEC = new EntryCodec();

  static final Entry.Write ALL =
      new Entry.Write(
          "Grüße/1",
          List.of(
              new StoredEvent(
                  7, WRITER, 1_700_000_000_000L, "m", payload("a"), payload("meta"), List.of("t")),
              new StoredEvent(8, WRITER, 1_700_000_000_001L, "", payload(""), null, List.of()),
              new StoredEvent(
                  10, "not a uuid", 1_699_999_999_999L, "", payload("c"), null, List.of("x", "y")),
              new StoredEvent(
                  11, WRITER.toUpperCase(Locale.ROOT), 0, "", payload("d"), null, List.of())));

  private static Payload payload(String text) {
    return new Payload(-4, "manifest", text.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] encoded(Entry entry) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CODEC.encode(entry, out);
    return out.toByteArray();
  }

  private static Entry decoded(byte[] bytes) throws IOException {
    return CODEC.decode(ByteBuffer.wrap(bytes).asReadOnlyBuffer());
  }

  @Test
  void entriesComeBackAsTheyWere() throws IOException {
    for (Entry entry :
        List.of(ALL, new Entry.Delete("x", Long.MAX_VALUE), new Entry.Carried(1L << 40, ALL))) {
      assertThat(decoded(encoded(entry)))
          .usingRecursiveComparison()
          .withStrictTypeChecking()
          .isEqualTo(entry);
    }
  }

  @Test
  void anEventOfTheSameWriterTakesFewBytesBesideItsPayload() throws IOException {
    Entry one = new Entry.Write("p", List.of(event(1)));
    Entry two = new Entry.Write("p", List.of(event(1), event(2)));

    // Flags, time, serializer, manifest's length, payload's length.
    assertThat(encoded(two).length - encoded(one).length).isEqualTo(5 + 100);
  }

  private static StoredEvent event(long number) {
    return new StoredEvent(
        number, WRITER, 5, "", new Payload(1, "", new byte[100]), null, List.of());
  }

  @Test
  void bytesThatWereCutOrChangedAreRefusedOrReadAsAnotherEntryButNeverBreakTheReader()
      throws IOException {
    byte[] bytes = encoded(new Entry.Carried(9, ALL));
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> decoded(cut)).isInstanceOf(CodecException.class);
    }
    for (int bit = 0; bit < bytes.length * 8; bit++) {
      byte[] changed = bytes.clone();
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      try {
        assertThat(encoded(decoded(changed))).isNotEmpty();
      } catch (CodecException refused) {
        assertThat(refused).hasMessageContaining("journal");
      }
    }
    assertThatThrownBy(() -> decoded(Arrays.copyOf(bytes, bytes.length + 1)))
        .hasMessageContaining("1 bytes are left");
    assertThatThrownBy(() -> decoded(new byte[] {9})).hasMessageContaining("kind 9");
    assertThatThrownBy(() -> decoded(new byte[] {1, 0, 0})).hasMessageContaining("no events");
  }

  @Test
  void textThatUtf8CannotExpressIsRefused() {
    assertThatThrownBy(() -> encoded(new Entry.Delete("a\ud800", 1)))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("surrogate");
    assertThat(new Entry.Delete("\ud83d\ude00", 1)).satisfies(each -> decoded(encoded(each)));
  }

  @Test
  void programsThatShowLogsFindADecoder() throws IOException {
    SchemaDecoder found =
        ServiceLoader.load(SchemaDecoder.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(each -> each.decodes(EntryCodec.MEDIA_TYPE))
            .findFirst()
            .orElseThrow();
    assertThat(found.decodes("application/json")).isFalse();

    Schema schema = CODEC.schema().orElseThrow();
    Object write = found.decoderOf(schema).decode(ByteBuffer.wrap(encoded(ALL)));
    assertThat(write).asString().contains("persistenceId=Grüße/1", "sequenceNr=7", "tags=[x, y]");
    assertThat(found.decoderOf(schema).decode(ByteBuffer.wrap(encoded(new Entry.Delete("p", 3)))))
        .isEqualTo(Map.of("delete", "p", "toSequenceNr", 3L));
    assertThat(found.decoderOf(schema).decode(ByteBuffer.wrap(encoded(new Entry.Carried(3, ALL)))))
        .asString()
        .contains("carriedFrom=3");
    assertThatThrownBy(() -> found.decoderOf(Schema.of(EntryCodec.MEDIA_TYPE, new byte[] {'2'})))
        .isInstanceOf(SchemaException.class);
  }
}

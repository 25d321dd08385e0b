package dev.durability.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.durability.errors.CodecException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodecsTest {

  @Test
  void bytesAreTheArrayItselfAndDecodingCopiesThem() throws IOException {
    byte[] value = {0, 1, -1, 127, -128};
    byte[] encoded = encode(Codecs.bytes(), value);
    assertThat(encoded).isEqualTo(value);

    byte[] decoded = Codecs.bytes().decode(ByteBuffer.wrap(encoded).asReadOnlyBuffer());
    encoded[0] = 9;
    assertThat(decoded).isEqualTo(value);
    assertThat(Codecs.bytes().decode(ByteBuffer.allocate(0))).isEmpty();
  }

  @Test
  void bytesAreReadFromPositionToLimitOnly() throws IOException {
    ByteBuffer view = ByteBuffer.wrap(new byte[] {1, 2, 3, 4}).position(1).limit(3);
    assertThat(Codecs.bytes().decode(view)).containsExactly(2, 3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "plain", "é漢字", "\uD83E\uDD80", "a\uFFFDb", "\u0000", "\uFFFF"})
  void textRoundTrips(String text) throws IOException {
    byte[] encoded = encode(Codecs.utf8(), text);
    assertThat(encoded).isEqualTo(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertThat(Codecs.utf8().decode(ByteBuffer.wrap(encoded).asReadOnlyBuffer())).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"c328", "eda080", "c080", "f4908080", "e282", "ff", "efbfbdff"})
  void malformedTextIsRefusedAndNeverReplaced(String hex) {
    ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex(hex));
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> Codecs.utf8().decode(bytes))
        .withMessageContaining("malformed UTF-8");
  }

  @Test
  void unpairedSurrogatesAreRefusedAndNeverReplaced() {
    for (String text : new String[] {"\uD83E", "a\uDD80", "\uDD80\uD83E", "\uD83Ex"}) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      assertThatExceptionOfType(CodecException.class)
          .isThrownBy(() -> Codecs.utf8().encode(text, out))
          .withMessageContaining("unpaired surrogate");
      assertThat(out.size()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE, 0x0102030405060708L})
  void numbersTakeEightLittleEndianBytes(long value) throws IOException {
    byte[] encoded = encode(Codecs.longs(), value);
    assertThat(encoded).hasSize(8);
    assertThat(encoded[0]).isEqualTo((byte) value);
    assertThat(Codecs.longs().decode(ByteBuffer.wrap(encoded).asReadOnlyBuffer())).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 7, 9})
  void numbersOfAnotherWidthAreRefused(int width) {
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> Codecs.longs().decode(ByteBuffer.allocate(width)));
  }

  @Test
  @SuppressWarnings("NullAway") // what a caller without null checks may do
  void nullIsRefusedAsAnEncodingFailure() {
    for (Codec<?> codec : new Codec<?>[] {Codecs.bytes(), Codecs.utf8(), Codecs.longs()}) {
      assertThatExceptionOfType(CodecException.class)
          .isThrownBy(() -> codec.encode(null, new ByteArrayOutputStream()))
          .withMessageContaining("null");
    }
  }

  private static <T> byte[] encode(Codec<T> codec, T value) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    codec.encode(value, out);
    return out.toByteArray();
  }
}

package dev.durability.append;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.codec.Schema;
import dev.durability.errors.CodecException;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.AppendFuture;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalReplay;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Arrays of bytes are taken as they are, and only where the codec would do just that. */
class EntryEncoderTest {
  private static final int LIMIT = 10;

  static List<Codec<byte[]>> codecsOfBytes() {
    return List.of(Codecs.bytes(), Codecs.bytes(Schema.of("text/plain", new byte[] {7})));
  }

  private static Scratch empty() {
    return new Scratch.Pool().take();
  }

  @ParameterizedTest
  @MethodSource("codecsOfBytes")
  void arrayOfBytesIsTakenAsItIs(Codec<byte[]> codec) throws IOException {
    EntryEncoder<byte[]> encoder = new EntryEncoder<>(codec, LIMIT);
    byte[] entry = {1, 2, 3};
    Scratch scratch = empty();
    assertThat(encoder.encode(scratch, entry)).isSameAs(entry);
    assertThat(scratch.size()).isEqualTo(3);
  }

  @ParameterizedTest
  @MethodSource("codecsOfBytes")
  void arrayOfBytesHasTheLimitOfAnyEntry(Codec<byte[]> codec) throws IOException {
    EntryEncoder<byte[]> encoder = new EntryEncoder<>(codec, LIMIT);
    assertThat(encoder.encode(empty(), new byte[LIMIT])).hasSize(LIMIT);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> encoder.encode(empty(), new byte[LIMIT + 1]))
        .withMessageContaining("more than 10 bytes");
  }

  @ParameterizedTest
  @MethodSource("codecsOfBytes")
  @SuppressWarnings("NullAway") // Callers may have no such check.
  void nullIsForTheCodecToRefuse(Codec<byte[]> codec) {
    EntryEncoder<byte[]> encoder = new EntryEncoder<>(codec, LIMIT);
    assertThatThrownBy(() -> encoder.encode(empty(), null)).isInstanceOf(CodecException.class);
  }

  @Test
  void codecThatDoesMoreWithAnArrayIsAsked() throws IOException {
    EntryEncoder<byte[]> encoder = new EntryEncoder<>(new Doubling(), LIMIT);
    byte[] entry = {1, 2, 3};
    Scratch scratch = empty();
    byte[] encoded = encoder.encode(scratch, entry);
    assertThat(Arrays.copyOf(encoded, scratch.size())).containsExactly(1, 2, 3, 1, 2, 3);
  }

  @Test
  void arrayMayBeChangedOnceItWasAppended() throws IOException {
    MemoryDirectory files = new MemoryDirectory();
    WalOptions options = WalOptions.builder().flushPolicy(FlushPolicy.manual()).build();
    try (WalWriter<byte[]> log = WalWriter.open(files, Codecs.bytes(), options)) {
      byte[] entry = {0};
      log.append(entry);
      entry[0]++;
      log.appendBatch(List.of(entry));
      entry[0]++;
      AppendFuture third = log.appendAsync(entry);
      entry[0]++;
      log.appendDurable(entry);
      assertThat(third.join()).isEqualTo(3);
      entry[0]++;
    }
    List<Integer> found = new ArrayList<>();
    WalReader.of(files, Codecs.bytes())
        .replay(WalReplay.START, Long.MAX_VALUE, (id, entry) -> found.add((int) entry[0]));
    assertThat(found).containsExactly(0, 1, 2, 3);
  }

  /** Equal to the codec of bytes, as it says itself, which counts for nothing. */
  private static final class Doubling implements Codec<byte[]> {
    @Override
    public void encode(byte[] value, OutputStream out) throws IOException {
      out.write(value);
      out.write(value);
    }

    @Override
    public byte[] decode(ByteBuffer in) {
      throw new AssertionError("nothing is decoded");
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Codec;
    }

    @Override
    public int hashCode() {
      return 0;
    }
  }
}

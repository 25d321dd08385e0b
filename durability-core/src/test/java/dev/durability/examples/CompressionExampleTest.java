package dev.durability.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.errors.CodecException;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.ReadFile;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalRecord;
import dev.durability.wal.WalWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Test;

/** A codec that compresses, as the guide shows it. */
public class CompressionExampleTest {
  private static final int BYTES_MAX = 1 << 16;

  // begin:compression
  /**
   * Compresses what another codec encodes.
   *
   * @param codec the other codec
   * @param bytesMax how many bytes a value may have before compression
   */
  record Compressed<T>(Codec<T> codec, int bytesMax) implements Codec<T> {
    @Override
    public void encode(T value, OutputStream out) throws IOException {
      ByteArrayOutputStream plain = new ByteArrayOutputStream();
      codec.encode(value, plain);
      requireAtMostMax(plain.size());
      Deflater deflater = new Deflater(Deflater.BEST_SPEED);
      try {
        DeflaterOutputStream compressing = new DeflaterOutputStream(out, deflater);
        plain.writeTo(compressing);
        compressing.finish();
      } finally {
        deflater.end(); // Frees its memory outside the heap now, and not with the next collection.
      }
    }

    @Override
    public T decode(ByteBuffer in) throws IOException {
      byte[] compressed = new byte[in.remaining()];
      in.get(compressed);
      try (InputStream plain = new InflaterInputStream(new ByteArrayInputStream(compressed))) {
        byte[] bytes = plain.readNBytes(bytesMax + 1); // A few bytes can inflate to gigabytes.
        requireAtMostMax(bytes.length);
        return codec.decode(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
      }
    }

    private void requireAtMostMax(int bytes) throws CodecException {
      if (bytes > bytesMax) {
        throw new CodecException("a value has more than " + bytesMax + " bytes uncompressed");
      }
    }
  }

  // end:compression

  private final Codec<String> codec = new Compressed<>(Codecs.utf8(), BYTES_MAX);

  @Test
  void entriesAreSmallerInTheLogAndComeBack() throws IOException {
    List<String> entries = List.of("", "short", "long ".repeat(BYTES_MAX / 5));
    Directory directory = new MemoryDirectory();
    try (var log = WalWriter.open(directory, codec, WalOptions.defaults())) {
      log.appendBatch(entries);
      log.sync();
      try (ReadFile segment = directory.open(log.segments().get(0).file())) {
        assertThat(segment.size()).isLessThan(BYTES_MAX / 10);
      }
    }

    assertThat(WalReader.of(directory, codec).readAll())
        .extracting(WalRecord::entry)
        .containsExactlyElementsOf(entries);
  }

  @Test
  void valuesAboveTheLimitAreRefusedBothWays() throws IOException {
    String tooLong = "a".repeat(BYTES_MAX + 1);
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> codec.encode(tooLong, new ByteArrayOutputStream()));

    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    new Compressed<>(Codecs.utf8(), Integer.MAX_VALUE - 1).encode(tooLong, bomb);
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> codec.decode(ByteBuffer.wrap(bomb.toByteArray())));
  }

  @Test
  void bytesThatAreNotCompressedAreRefused() {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> codec.decode(ByteBuffer.wrap("plain text".getBytes(UTF_8))));
  }
}

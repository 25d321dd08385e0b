package dev.durability.pekko;

import dev.durability.errors.CodecException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Writes numbers and text in the form that {@link ByteReader} reads. */
final class ByteWriter {
  private final OutputStream out;

  ByteWriter(OutputStream out) {
    this.out = out;
  }

  void one(int value) throws IOException {
    out.write(value);
  }

  /** Writes a number in groups of 7 bits, the lowest first; a negative one takes 10 bytes. */
  void number(long value) throws IOException {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  /** Writes a number that is small if its absolute value is. */
  void signed(long value) throws IOException {
    number((value << 1) ^ (value >> 63));
  }

  void bytes(byte[] bytes) throws IOException {
    number(bytes.length);
    out.write(bytes);
  }

  /** Writes text in UTF-8, which has no bytes for an unpaired surrogate. */
  void text(String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    if (hasSurrogate(text) && !new String(utf8, StandardCharsets.UTF_8).equals(text)) {
      throw new CodecException(
          "a persistence id, a manifest or a tag has an unpaired surrogate, which UTF-8 cannot"
              + " express; nothing was appended");
    }
    bytes(utf8);
  }

  private static boolean hasSurrogate(String text) {
    return text.chars().anyMatch(each -> Character.isSurrogate((char) each));
  }
}

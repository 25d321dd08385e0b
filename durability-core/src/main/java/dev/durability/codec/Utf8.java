package dev.durability.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.durability.errors.CodecException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;

/** Strict UTF-8: refuses what it cannot represent, and never replaces it. */
final class Utf8 {

  private Utf8() {}

  /** Encodes a string; an unpaired surrogate is refused. */
  static byte[] encode(String text) throws CodecException {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return encodeStrictly(text);
      }
    }
    return text.getBytes(UTF_8);
  }

  private static byte[] encodeStrictly(String text) throws CodecException {
    try {
      // A new encoder reports what String.getBytes would replace.
      ByteBuffer encoded = UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      return bytes;
    } catch (CharacterCodingException e) {
      throw new CodecException(
          "a string of "
              + text.length()
              + " chars holds an unpaired surrogate, which UTF-8 cannot represent; store such data"
              + " as bytes",
          e);
    }
  }

  /** Decodes bytes; malformed UTF-8 is refused. */
  static String decode(byte[] bytes) throws CodecException {
    String text = new String(bytes, UTF_8);
    // Every malformed sequence becomes U+FFFD, so a text without one was well-formed. A text with
    // one may have held it from the start; the strict decoder finds out.
    return text.indexOf('\uFFFD') < 0 ? text : decodeStrictly(bytes);
  }

  private static String decodeStrictly(byte[] bytes) throws CodecException {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new CodecException(
          "malformed UTF-8 in "
              + bytes.length
              + " bytes of text; read them with the codec that wrote them, or as bytes",
          e);
    }
  }
}

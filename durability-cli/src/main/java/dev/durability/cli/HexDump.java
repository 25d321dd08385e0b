package dev.durability.cli;

/** Bytes in hexadecimal and as ASCII. */
final class HexDump {
  static final int LINE_BYTES = 16;
  private static final String DIGITS = "0123456789abcdef";

  private HexDump() {}

  /**
   * One line, as {@code hexdump -C} shows it after the offset, without its end.
   *
   * @param bytes the bytes
   * @param from the first to show; {@link #LINE_BYTES} are, or fewer at the end
   */
  static String line(byte[] bytes, int from) {
    int half = Math.min(bytes.length, from + LINE_BYTES / 2);
    int end = Math.min(bytes.length, from + LINE_BYTES);
    return hex(bytes, from, half)
        + (half < end ? " " : "")
        + hex(bytes, half, end)
        + "   ".repeat(LINE_BYTES - (end - from))
        + (half < end ? " |" : "  |")
        + ascii(bytes, from, end)
        + "|";
  }

  /** Two digits and a space for each byte. */
  static String hex(byte[] bytes, int from, int to) {
    StringBuilder hex = new StringBuilder(3 * (to - from));
    for (int i = from; i < to; i++) {
      hex.append(DIGITS.charAt(bytes[i] >> 4 & 0xf)).append(DIGITS.charAt(bytes[i] & 0xf));
      hex.append(' ');
    }
    return hex.toString();
  }

  /** A character for each byte: a dot for what is not printable. */
  static String ascii(byte[] bytes, int from, int to) {
    StringBuilder text = new StringBuilder(to - from);
    for (int i = from; i < to; i++) {
      text.append(bytes[i] >= ' ' && bytes[i] <= '~' ? (char) bytes[i] : '.');
    }
    return text.toString();
  }
}

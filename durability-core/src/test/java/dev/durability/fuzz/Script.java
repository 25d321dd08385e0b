package dev.durability.fuzz;

import java.nio.ByteBuffer;

/**
 * An input of the fuzzer, read as a program: it says what to build, so that what is built has right
 * checksums where the program does not spoil them. At its end it reads as zeros.
 */
final class Script {
  private final ByteBuffer bytes;

  Script(byte[] input) {
    bytes = ByteBuffer.wrap(input);
  }

  boolean hasMore() {
    return bytes.hasRemaining();
  }

  /** From 0 up to, not including, a bound of at most 256. */
  int below(int bound) {
    return next() % bound;
  }

  int next() {
    return bytes.hasRemaining() ? bytes.get() & 0xff : 0;
  }

  /** From 0 to 65535. */
  int next16() {
    return next() << 8 | next();
  }

  long next64() {
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value = value << 8 | next();
    }
    return value;
  }

  byte[] take(int count) {
    byte[] taken = new byte[Math.min(count, bytes.remaining())];
    bytes.get(taken);
    return taken;
  }

  byte[] rest() {
    return take(bytes.remaining());
  }
}

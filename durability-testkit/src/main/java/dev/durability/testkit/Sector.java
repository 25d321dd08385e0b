package dev.durability.testkit;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What a disk writes as a whole or not at all: 512 bytes. Immutable, so that copies of a disk can
 * share it.
 */
final class Sector {
  static final int BYTES = 512;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  static final Sector ZEROS = new Sector(new byte[BYTES]);

  private final byte[] bytes;
  private final long hash;

  private Sector(byte[] bytes) {
    this.bytes = bytes;
    long mixed = 0;
    for (int at = 0; at < BYTES; at += Long.BYTES) {
      mixed = Hash.mix(mixed, (long) LONG.get(bytes, at));
    }
    this.hash = mixed;
  }

  /** A sector that was never written since its blocks were given to the file. */
  static Sector garbage(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] bytes = new byte[BYTES];
    for (int at = 0; at < BYTES; at += Long.BYTES) {
      LONG.set(bytes, at, random.nextLong());
    }
    return new Sector(bytes);
  }

  /** The same sector with other bytes from an offset on. */
  Sector with(int at, byte[] source, int from, int length) {
    byte[] changed = bytes.clone();
    System.arraycopy(source, from, changed, at, length);
    return new Sector(changed);
  }

  /** The same sector with zeros from an offset on. */
  Sector cutTo(int length) {
    if (length >= BYTES) {
      return this;
    }
    byte[] changed = Arrays.copyOf(bytes, length);
    return new Sector(Arrays.copyOf(changed, BYTES));
  }

  void read(int from, byte[] target, int at, int length) {
    System.arraycopy(bytes, from, target, at, length);
  }

  long hash() {
    return hash;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Sector that
        && (this == that || (hash == that.hash && Arrays.equals(bytes, that.bytes)));
  }

  @Override
  public int hashCode() {
    return Long.hashCode(hash);
  }
}

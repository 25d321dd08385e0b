package dev.durability.benchmarks.scenario;

import dev.durability.recovery.StateMachine;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.pcollections.IntTreePMap;

/**
 * A map of values of the same length, and how long it took to copy it last.
 *
 * @param <M> the kind of map
 */
abstract class Values<M extends Map<Integer, byte[]>> implements StateMachine<M, Values.Put> {
  private final int valueBytes;
  private final int first;
  private volatile long snapshotNanos;

  private Values(int valueBytes, int first) {
    this.valueBytes = valueBytes;
    this.first = first;
  }

  /** An entry. */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
  record Put(int key, byte[] value) {}

  /**
   * A hash map, which is copied.
   *
   * @param valueBytes the length of each value
   * @param first how many values there are at first
   */
  static Values<Map<Integer, byte[]>> copied(int valueBytes, int first) {
    return new Copied(valueBytes, first);
  }

  /** A persistent map, which never changes, so that it is its own copy. */
  static Values<IntTreePMap<byte[]>> persistent(int valueBytes, int first) {
    return new Persistent(valueBytes, first);
  }

  abstract M empty();

  abstract M put(M map, int key, byte[] value);

  abstract M copy(M map);

  /** How long the last {@link #snapshot} took. */
  final long snapshotNanos() {
    return snapshotNanos;
  }

  @Override
  public final M initial() {
    M map = empty();
    for (int key = 0; key < first; key++) {
      map = put(map, key, new byte[valueBytes]);
    }
    return map;
  }

  @Override
  public final M apply(M map, Put entry) {
    return put(map, entry.key(), entry.value());
  }

  @Override
  public final M snapshot(M map) {
    long start = System.nanoTime();
    M copy = copy(map);
    snapshotNanos = System.nanoTime() - start;
    return copy;
  }

  @Override
  public final void write(M map, OutputStream out) throws IOException {
    byte[] number = new byte[Integer.BYTES];
    ByteBuffer view = ByteBuffer.wrap(number);
    view.putInt(0, map.size());
    out.write(number);
    for (Map.Entry<Integer, byte[]> each : map.entrySet()) {
      view.putInt(0, each.getKey());
      out.write(number);
      out.write(each.getValue());
    }
  }

  @Override
  public final M read(InputStream in) throws IOException {
    byte[] number = new byte[Integer.BYTES];
    ByteBuffer view = ByteBuffer.wrap(number);
    M map = empty();
    fill(in, number);
    for (int left = view.getInt(0); left > 0; left--) {
      fill(in, number);
      byte[] value = new byte[valueBytes];
      fill(in, value);
      map = put(map, view.getInt(0), value);
    }
    return map;
  }

  private static void fill(InputStream in, byte[] bytes) throws IOException {
    if (in.readNBytes(bytes, 0, bytes.length) < bytes.length) {
      throw new EOFException("the values end too early");
    }
  }

  private static final class Copied extends Values<Map<Integer, byte[]>> {
    Copied(int valueBytes, int first) {
      super(valueBytes, first);
    }

    @Override
    Map<Integer, byte[]> empty() {
      return new HashMap<>();
    }

    @Override
    Map<Integer, byte[]> put(Map<Integer, byte[]> map, int key, byte[] value) {
      map.put(key, value);
      return map;
    }

    @Override
    Map<Integer, byte[]> copy(Map<Integer, byte[]> map) {
      return new HashMap<>(map);
    }
  }

  private static final class Persistent extends Values<IntTreePMap<byte[]>> {
    Persistent(int valueBytes, int first) {
      super(valueBytes, first);
    }

    @Override
    IntTreePMap<byte[]> empty() {
      return IntTreePMap.empty();
    }

    @Override
    IntTreePMap<byte[]> put(IntTreePMap<byte[]> map, int key, byte[] value) {
      return map.plus(key, value);
    }

    @Override
    IntTreePMap<byte[]> copy(IntTreePMap<byte[]> map) {
      return map;
    }
  }
}

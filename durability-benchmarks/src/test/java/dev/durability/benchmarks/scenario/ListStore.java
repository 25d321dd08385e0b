package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.store.Promise;
import dev.durability.benchmarks.store.StoreById;
import dev.durability.benchmarks.store.StoreWithEnd;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Keeps entries in a list: the least that the loads ask of a store. */
class ListStore implements StoreById, StoreWithEnd {
  final List<byte[]> entries = new ArrayList<>();
  boolean isClosed;

  @Override
  public String name() {
    return "a list";
  }

  @Override
  public String guarantee(Promise promise) {
    return "";
  }

  @Override
  public String reading() {
    return "";
  }

  @Override
  public String cutting() {
    return "";
  }

  @Override
  public void open(Path directory, Promise promise) {}

  @Override
  public void append(byte[] payload) {
    entries.add(payload);
  }

  @Override
  public byte[] read(long number) {
    return entries.get((int) number);
  }

  @Override
  public void cutAfter(long count) {
    entries.subList((int) count, entries.size()).clear();
  }

  @Override
  public long replay() {
    return entries.stream().mapToLong(entry -> ByteBuffer.wrap(entry).getLong()).sum();
  }

  @Override
  public void settle() {}

  @Override
  public void close() {
    isClosed = true;
  }
}

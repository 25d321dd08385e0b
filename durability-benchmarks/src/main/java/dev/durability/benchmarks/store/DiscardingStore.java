package dev.durability.benchmarks.store;

import dev.durability.archive.ArchiveStore;
import dev.durability.archive.ObjectContent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** Reads what it is to store and keeps only what an archiver asks for again: no data of the log. */
final class DiscardingStore implements ArchiveStore {
  private static final String DATA = "data/";

  private final NavigableMap<String, byte[]> kept = new ConcurrentSkipListMap<>();

  @Override
  public boolean putIfAbsent(String key, ObjectContent content) throws IOException {
    try (InputStream in = content.open()) {
      if (!key.startsWith(DATA)) {
        return kept.putIfAbsent(key, in.readAllBytes()) == null;
      }
      long read = in.transferTo(OutputStream.nullOutputStream());
      if (read != content.bytes()) {
        throw new IOException(key + " has " + read + " bytes and not " + content.bytes());
      }
      return kept.putIfAbsent(key, new byte[0]) == null;
    }
  }

  @Override
  public InputStream get(String key, long offset) throws IOException {
    byte[] bytes = kept.get(key);
    if (bytes == null) {
      throw new NoSuchFileException(key);
    }
    return new ByteArrayInputStream(bytes, (int) offset, bytes.length);
  }

  @Override
  public List<String> list(String prefix) {
    return kept.tailMap(prefix).keySet().stream().takeWhile(key -> key.startsWith(prefix)).toList();
  }

  @Override
  public void delete(String key) {
    byte[] unused = kept.remove(key);
  }

  @Override
  public String location() {
    return "nowhere";
  }

  @Override
  public void close() {}
}

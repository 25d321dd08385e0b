package dev.durability.cli;

import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The files of a log as they would be if some of them were mended. Nothing is written. */
final class MendedFiles extends ForwardingDirectory {
  private static final String SEGMENTS = "wal";

  /** Other content of a file. */
  @FunctionalInterface
  interface Change {
    /** Reads it; what is given is closed with what is returned. */
    ReadFile of(ReadFile file) throws IOException;
  }

  private final Map<String, String> moved;
  private final Map<String, Change> changed;

  private MendedFiles(Directory log, Map<String, String> moved, Map<String, Change> changed) {
    super(log);
    this.moved = moved;
    this.changed = changed;
  }

  /**
   * With other names.
   *
   * @param moved the names that files have now, by those that they would have
   */
  static Directory moved(Directory log, Map<String, String> moved) {
    return new MendedFiles(log, Map.copyOf(moved), Map.of());
  }

  /** With other content in some of them. */
  static Directory changed(Directory log, Map<String, Change> changed) {
    return new MendedFiles(log, Map.of(), Map.copyOf(changed));
  }

  private boolean isGone(String path) {
    return moved.containsValue(path) && !moved.containsKey(path);
  }

  @Override
  public List<String> list(String directory) throws IOException {
    Set<String> names = new TreeSet<>();
    boolean isSegments = directory.equals(SEGMENTS);
    if (!isSegments || super.exists(SEGMENTS)) {
      names.addAll(super.list(directory));
    }
    if (isSegments) {
      names.removeIf(each -> isGone(SEGMENTS + "/" + each));
      moved.keySet().forEach(each -> names.add(each.substring(SEGMENTS.length() + 1)));
    }
    return List.copyOf(names);
  }

  @Override
  public boolean exists(String path) throws IOException {
    return !isGone(path) && super.exists(moved.getOrDefault(path, path));
  }

  @Override
  public ReadFile open(String path) throws IOException {
    if (isGone(path)) {
      throw new NoSuchFileException(path);
    }
    ReadFile file = super.open(moved.getOrDefault(path, path));
    Change change = changed.get(path);
    return change == null ? file : change.of(file);
  }

  @Override
  public @Nullable ByteBuffer map(String path) {
    return null; // Read by offset, as its names and bytes are others.
  }
}

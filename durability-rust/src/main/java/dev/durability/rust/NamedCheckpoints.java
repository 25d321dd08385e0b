package dev.durability.rust;

import dev.durability.storage.Directory;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The checkpoints that markers of the crate name and that are there. A path may be anywhere below
 * the root. An entry of another type whose bytes are those of a marker, path included, is
 * improbable and harmless: the file at that path is then judged as any other.
 */
final class NamedCheckpoints implements CrateEntries {
  /** Of more, the markers that come last count: the crate uses those. */
  private static final int PATHS_MAX = 4096;

  private final Directory directory;
  private final CrateRecoverer.MarkerReader markers = CrateRecoverer.markersOfIndex();

  /** The last entry that the newest marker of each path says, in the order of those markers. */
  private final Map<String, Long> lastIds = new LinkedHashMap<>();

  NamedCheckpoints(Directory directory) {
    this.directory = directory;
  }

  @Override
  public void entry(long id, byte[] payload) throws IOException {
    var marker = markers.read(payload);
    if (marker.isEmpty()) {
      return;
    }
    String path = marker.get().checkpointPath();
    boolean isKnown = lastIds.remove(path) != null; // Last again.
    if (isKnown || isThere(directory, path)) {
      lastIds.put(path, marker.get().lastEntryId());
      if (lastIds.size() > PATHS_MAX) {
        lastIds.remove(lastIds.keySet().iterator().next());
      }
    }
  }

  /** What the newest marker of each path says its last entry is. */
  Map<String, Long> lastIds() {
    return Collections.unmodifiableMap(lastIds);
  }

  /** A path that this library does not take, such as one with a backslash, is not there. */
  static boolean isThere(Directory directory, String path) throws IOException {
    try {
      return directory.exists(path);
    } catch (IllegalArgumentException | FileSystemException notAPathHere) {
      return false;
    }
  }
}

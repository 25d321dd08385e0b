package dev.durability.storage;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The files that a directory created and that are open, by their names. A file that is renamed
 * while it is open has to name itself by its new name when something fails: the old one would send
 * whoever reads the message to a file that is not there.
 */
final class OpenFiles {
  private final Map<Path, UninterruptibleFile> byName = new ConcurrentHashMap<>();

  void created(UninterruptibleFile file) {
    byName.put(file.path(), file);
  }

  void renamed(Path from, Path to) {
    UninterruptibleFile file = byName.remove(from);
    if (file != null) {
      file.renamed(to);
      byName.put(to, file);
    }
  }

  void closed(UninterruptibleFile file) {
    byName.remove(file.path(), file);
  }
}

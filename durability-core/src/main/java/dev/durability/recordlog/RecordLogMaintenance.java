package dev.durability.recordlog;

import dev.durability.frame.Quarantine;
import dev.durability.storage.Directory;
import dev.durability.storage.QuarantinedFile;
import java.io.IOException;
import java.util.List;

/** Lists and removes what openings of a record log kept in quarantine. It takes no lock. */
public final class RecordLogMaintenance {
  private RecordLogMaintenance() {}

  /**
   * Lists what openings cut off the log and kept in {@code quarantine/} beside it.
   *
   * @param directory where the log is
   * @param path its file, relative to the directory
   * @return what is kept, the oldest first; nothing if there is no log
   * @throws IOException if the storage fails
   */
  public static List<QuarantinedFile> quarantined(Directory directory, String path)
      throws IOException {
    return Quarantine.list(
        directory, RecordLogOpening.quarantine(path), RecordLogOpening.isOwn(path));
  }

  /**
   * Removes from quarantine. A writer may have the log open: it never reads what is kept. A file
   * that is already gone counts as removed.
   *
   * @param directory where the log is
   * @param path its file, relative to the directory
   * @param files what to remove, of those that {@link #quarantined} lists; all are gone, durably,
   *     when this returns
   * @throws IllegalArgumentException if one of them is not kept by this log; nothing was removed
   * @throws IOException if the storage fails; some may have been removed
   */
  public static void removeQuarantined(
      Directory directory, String path, List<QuarantinedFile> files) throws IOException {
    Quarantine.remove(
        directory, RecordLogOpening.quarantine(path), RecordLogOpening.isOwn(path), files);
  }
}

package dev.durability.cli;

import java.util.Locale;

/** What a process was doing with its log. If phases overlap, the later one counts. */
enum TorturePhase {
  /** Nothing but appending and syncing. */
  APPEND,
  /** Writing a checkpoint and its marker. */
  CHECKPOINT,
  /** Making the file of a new segment: header, sync, rename, sync of the directory. */
  ROTATION,
  /** Removing segments that a checkpoint covers. */
  TRUNCATION,
  /** Opening the log, which repairs what the crash before left. */
  RECOVERY;

  /** The name that is shown. */
  String title() {
    return name().toLowerCase(Locale.ROOT);
  }
}

package dev.durability.log;

/** Whether opening a log for writing creates one. */
public enum OpenMode {
  /** Opens the log, and creates it if there is none. */
  OPEN_OR_CREATE,
  /**
   * Opens the log. If there is none, opening throws {@link java.nio.file.NoSuchFileException} and
   * creates nothing.
   */
  OPEN_ONLY,
  /**
   * Creates the log. If there is one, opening throws {@link
   * java.nio.file.FileAlreadyExistsException} and changes nothing. A creation that failed, or that
   * a crash broke off, may have left a log without entries: that is one, too.
   */
  CREATE_ONLY
}

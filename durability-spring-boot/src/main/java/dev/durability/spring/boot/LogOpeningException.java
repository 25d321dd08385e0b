package dev.durability.spring.boot;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** The starter could not open the log or the state. The cause says why. */
final class LogOpeningException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  LogOpeningException(Object directory, IOException cause) {
    super("cannot open the log in " + directory + ": " + cause.getMessage() + reason(cause), cause);
  }

  /** What the class of an exception of the JDK says, if its message is only the name of a file. */
  private static String reason(IOException cause) {
    if (!(cause instanceof FileSystemException file) || file.getReason() != null) {
      return "";
    } else if (file instanceof NotDirectoryException) {
      return " is not a directory";
    } else if (file instanceof NoSuchFileException) {
      return " is not there, and cannot be made";
    }
    return file instanceof AccessDeniedException ? ": permission denied" : "";
  }
}

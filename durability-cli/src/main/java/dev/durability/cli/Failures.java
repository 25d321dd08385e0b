package dev.durability.cli;

import dev.durability.archive.DamagedArchiveException;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.PathNotExpressibleException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Turns failures into one line for the user and an exit status. */
final class Failures {

  private Failures() {}

  /** The failure itself, without the exceptions that wrapped it. */
  static Throwable unwrap(Throwable failure) {
    Throwable at = failure;
    while (at instanceof UncheckedIOException
        || at instanceof ExecutionException
        || at instanceof CompletionException) {
      Throwable cause = at.getCause();
      if (cause == null) {
        return at;
      }
      at = cause;
    }
    return at;
  }

  static int exitStatus(Throwable failure) {
    Throwable at = unwrap(failure);
    if (at instanceof CorruptLogException || at instanceof DamagedArchiveException) {
      return ExitStatus.CORRUPT;
    }
    return at instanceof OutputClosedException ? ExitStatus.OUTPUT_CLOSED : ExitStatus.FAILED;
  }

  /** The message for the user, in one line. */
  static String line(Throwable failure) {
    OutOfMemoryError noMemory = outOfMemory(failure);
    String text = noMemory == null ? text(unwrap(failure)) : outOfMemoryText(noMemory);
    return inOneLine(text);
  }

  /** A message, with semicolons for its line breaks. No name in it can control a terminal. */
  static String inOneLine(String message) {
    return Printable.line(message);
  }

  /** Whatever it is wrapped in: what was being done then does not help the user. */
  private static @Nullable OutOfMemoryError outOfMemory(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof OutOfMemoryError e) {
        return e;
      }
    }
    return null;
  }

  private static String outOfMemoryText(OutOfMemoryError failure) {
    if (String.valueOf(failure.getMessage()).contains("native thread")) {
      return "no thread can be started (" + failure.getMessage() + "): raise ulimit -u";
    }
    return "out of memory ("
        + failure.getMessage()
        + "); at most "
        + (Runtime.getRuntime().maxMemory() >> 20)
        + " MiB may be used: allow more, such as DURABILITY_JAVA_OPTS=-Xmx2g";
  }

  private static String text(Throwable failure) {
    if (failure instanceof FileSystemException e) {
      return fileSystemText(e);
    }
    if (failure instanceof OutcomeOpenException) {
      return outcomeOpenText(failure);
    }
    if (failure instanceof PathNotExpressibleException) {
      return String.valueOf(failure.getMessage()); // Its message contains that of its cause.
    }
    if (failure instanceof IOException || failure instanceof UsageException) {
      return withCause(failure);
    }
    if (failure instanceof InvalidPathException e) {
      return Arguments.notExpressible(e.getInput());
    }
    return "internal error: " + failure + "; --debug shows where";
  }

  /** What failed, why, and what to do: the program ends, although the log could go on. */
  private static String outcomeOpenText(Throwable failure) {
    Throwable what = failure;
    Throwable why = failure;
    for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      what = cause instanceof OutcomeOpenException ? cause : what;
      why = cause;
    }
    return String.valueOf(what.getMessage()).split(";", 2)[0]
        + ": "
        + why.getMessage()
        + ". What was not acknowledged may be in the log or not: make room, look at its end with"
        + " 'durability cat --ids', and append what is missing";
  }

  private static String fileSystemText(FileSystemException e) {
    String reason = e.getReason();
    String what;
    if (reason != null) {
      what = reason;
    } else if (e instanceof NoSuchFileException) {
      what = "no such file or directory";
    } else if (e instanceof AccessDeniedException) {
      what = "permission denied";
    } else if (e instanceof FileSystemLoopException) {
      what = "a link that leads to itself";
    } else if (e instanceof NotDirectoryException) {
      what = "not a directory";
    } else if (e instanceof FileAlreadyExistsException) {
      what =
          e.getFile() != null && Files.isSymbolicLink(Path.of(e.getFile()))
              ? "a link that leads to no directory is in the way"
              : "a file is in the way";
    } else {
      what = e.getClass().getSimpleName();
    }
    return e.getFile() == null ? what : e.getFile() + ": " + what;
  }

  /** The library's messages say what was being done; the cause has the storage's reason. */
  private static String withCause(Throwable failure) {
    String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
    Throwable cause = failure.getCause();
    if (cause == null || cause == failure) {
      return message;
    }
    Throwable unwrapped = unwrap(cause);
    String reason = text(unwrapped);
    // That of a file may be its path alone.
    String own = unwrapped instanceof IOException ? null : unwrapped.getMessage();
    boolean isTold = own != null && !own.isEmpty() && message.contains(own);
    return isTold || message.contains(reason) || message.contains(unwrapped.toString())
        ? message
        : message + " (" + reason + ")";
  }
}

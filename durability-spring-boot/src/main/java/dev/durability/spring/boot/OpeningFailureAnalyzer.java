package dev.durability.spring.boot;

import dev.durability.DurableState;
import dev.durability.errors.CodecException;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.FormatException;
import dev.durability.errors.LockHeldException;
import dev.durability.errors.SchemaException;
import dev.durability.recordlog.RecordLogWriter;
import dev.durability.wal.WalWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says why a log could not be opened, and what to do: one that the starter opens, or another. */
final class OpeningFailureAnalyzer extends AbstractFailureAnalyzer<Throwable> {
  private static final Set<String> OPENERS =
      Set.of(
          DurableState.class.getName(), WalWriter.class.getName(), RecordLogWriter.class.getName());

  @Override
  protected @Nullable FailureAnalysis analyze(Throwable root, Throwable unused) {
    LogOpeningException opening = findCause(root, LogOpeningException.class);
    Throwable failure =
        opening == null ? findCause(root, DurabilityException.class) : opening.getCause();
    if (failure == null || (opening == null && !isOfOpening(failure))) {
      return null;
    }
    String what = opening == null ? "A log could not be opened" : "The log could not be opened";
    String changed = isRefused(failure) ? ", and nothing in it was changed.\n\n" : ".\n\n";
    return new FailureAnalysis(
        what + changed + messages(opening, failure), action(failure), failure);
  }

  /** An open log fails with the same exceptions: only where they come from tells. */
  private static boolean isOfOpening(Throwable failure) {
    return Stream.of(failure.getStackTrace())
        .anyMatch(
            frame ->
                frame.getMethodName().equals("open") && OPENERS.contains(frame.getClassName()));
  }

  /** Refused before anything is written. Later, what a crash left may have been cut off already. */
  private static boolean isRefused(Throwable failure) {
    return failure instanceof LockHeldException
        || failure instanceof CorruptLogException
        || failure instanceof FormatException;
  }

  private static String messages(@Nullable LogOpeningException opening, Throwable failure) {
    List<String> messages = new ArrayList<>();
    for (Throwable each = opening == null ? failure : opening;
        each != null;
        each = each.getCause()) {
      String message = each.getMessage() == null ? each.toString() : each.getMessage();
      if (messages.stream().noneMatch(before -> before.contains(message))) {
        messages.add(message);
      }
    }
    return String.join("\n", messages);
  }

  private static String action(Throwable failure) {
    if (failure instanceof LockHeldException) {
      return "A log has one writer. Stop the other one, or set durability.directory to a directory"
          + " of this application's own. If it is in this process, another application context"
          + " has the log open: in tests, give each context a directory of its own, for example"
          + " durability.directory=${java.io.tmpdir}/orders-${random.uuid}.";
    }
    if (failure instanceof CorruptLogException) {
      return "Something that was durable is damaged or missing, which no crash leaves. Restore the"
          + " directory from a copy, or look at what is intact: durability verify DIRECTORY, and"
          + " durability cat DIRECTORY. Do not delete files: the rest of the log is still there.";
    }
    if (failure instanceof SchemaException) {
      return "The codec bean does not read what an earlier version of the application wrote. Tell it"
          + " what changed: for PostcardCodec with renamed, withDefault or Codecs.upcasting. To"
          + " check the log without starting the application: durability schema check DIRECTORY"
          + " --against CLASS#CODEC --class-path PATH.";
    }
    if (failure instanceof CodecException) {
      return "The codec bean does not read an entry of this log. Use the codec that wrote it.";
    }
    if (failure instanceof FormatException) {
      return "Another version of the library, or another program, wrote these files. Use that one.";
    }
    if (failure instanceof FileAlreadyExistsException) {
      return "With durability.wal.open-mode=create-only no log may be there. Set another directory,"
          + " or open-or-create.";
    }
    if (failure instanceof NoSuchFileException file && file.getReason() != null) {
      return "With durability.wal.open-mode=open-only a log must be there. Set durability.directory"
          + " to where it is, or open-or-create for the first start.";
    }
    if (failure instanceof AccessDeniedException) {
      return "Give the user of this process the right to read and write the directory, or set"
          + " durability.directory to another one.";
    }
    if (failure instanceof DurabilityException) {
      return "If it names an entry that could not be applied, the state machine bean has to accept"
          + " it: it is in the log already.";
    }
    return "Make the directory readable and writable, with room on its disk, or set"
        + " durability.directory to another one.";
  }
}

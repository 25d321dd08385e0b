package dev.durability.cli;

import dev.durability.errors.ChecksumMismatch;
import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.storage.QuarantinedFile;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A report for people. */
final class ReportText {

  private ReportText() {}

  /**
   * Tells it.
   *
   * @param unread how many segments verify did not read, since a checkpoint contains their entries
   */
  static byte[] of(
      LogReport report, List<QuarantinedFile> kept, LogLocation log, String restore, long unread) {
    StringBuilder text = new StringBuilder();
    line(text, "verdict", report.verdict().name());
    line(text, "intact", report.intact() + "  (the last entry that can be read)");
    line(text, "covered", report.covered() + "  (the last entry in a checkpoint)");
    line(text, "promised", report.promised() + "  (the last entry that the log says is durable)");
    line(text, "segments", Integer.toString(report.segments()));
    if (unread > 0) {
      line(
          text,
          "not read",
          "the first "
              + (unread == 1 ? "segment" : unread + " segments")
              + ": a checkpoint contains the entries. 'durability explain "
              + ShellWord.of(log.toString())
              + "' reads all");
    }
    line(text, "quarantine", QuarantineCommand.summary(kept));
    if (report.reason() != null) {
      line(text, "reason", report.reason());
    }
    ChecksumMismatch checksum = report.checksum();
    if (checksum != null) {
      line(text, "checksum", of(checksum));
    }
    if (report.verdict() == Verdict.CORRUPT) {
      LogReport.Position place = report.end();
      line(text, "place", place.file() + " at offset " + place.offset());
    }
    LogReport.@Nullable Position cut = report.cut();
    if (cut != null) {
      line(text, "cut", cut.file() + " at offset " + cut.offset());
    }
    switch (report.verdict()) {
      case CLEAN -> {}
      case TORN, AMBIGUOUS ->
          line(
              text,
              "to do",
              "after a crash nothing: the next program that opens the log to write cuts it there,"
                  + " and keeps what it cuts in "
                  + log.file("quarantine")
                  + ". If nothing crashed: 'durability explain "
                  + ShellWord.of(log.toString())
                  + "' before a program opens it");
      case CORRUPT -> line(text, "to do", whatToDo(log, restore));
    }
    return text.toString().getBytes(Charset.defaultCharset());
  }

  /** A checksum that is wrong. */
  static String of(ChecksumMismatch checksum) {
    return String.format(
        Locale.ROOT,
        "stored is %08x, but that of its bytes is %08x (of a frame: without the file's salt)",
        checksum.expected(),
        checksum.found());
  }

  private static String whatToDo(LogLocation log, String restore) {
    return (log.isLocal() ? "copy " + log + " as it is. Then " : "")
        + restore
        + ". 'durability explain "
        + ShellWord.of(log.toString())
        + "' says what happened, and names all that is damaged; 'durability salvage' takes out what is intact";
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(String.format(Locale.ROOT, "%-12s%s%n", name, value));
  }
}

package dev.durability.cli;

import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.FormatException;
import dev.durability.log.LogReport;
import dev.durability.recordlog.RecordLogReader;
import dev.durability.rust.CrateLog;
import dev.durability.rust.CrateReport;
import dev.durability.rust.CrateVerdict;
import dev.durability.salvage.MissingEntries;
import dev.durability.storage.FsDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is in a directory that has no log of this library, or in a file. */
final class OtherExplanation {
  private static final String RECORD_LOG = "DRLG";
  private static final int DAMAGES_MAX = 5;
  private static final String REFUSES = "It refuses, and changes nothing.";

  private OtherExplanation() {}

  /**
   * Looks at it.
   *
   * @return null if there is a log of this library
   */
  static @Nullable Explanation of(Path path) throws IOException {
    if (Files.isRegularFile(path)) {
      return isRecordLog(path) ? recordLogs(path, List.of(path)) : null;
    }
    if (!Files.isDirectory(path)) {
      return null; // Whoever opens it says why.
    }
    if (CrateDirectory.isIn(path)) {
      return crate(path);
    }
    if (Files.exists(path.resolve("wal")) || Files.exists(path.resolve("checkpoints"))) {
      return null;
    }
    List<Path> files = new ArrayList<>();
    List<Path> recordLogs = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(path)) {
      for (Path file : all) {
        files.add(file);
        if (Files.isRegularFile(file) && isRecordLog(file)) {
          recordLogs.add(file);
        }
      }
    }
    return recordLogs.isEmpty() ? noLog(path, files) : recordLogs(path, recordLogs);
  }

  private static boolean hasSegments(Path path) {
    String[] names = path.toFile().list();
    return names != null && Arrays.stream(names).anyMatch(name -> name.endsWith(".wal"));
  }

  /** Whether a file begins as a record log does. */
  static boolean isRecordLog(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] magic = in.readNBytes(RECORD_LOG.length());
      return new String(magic, StandardCharsets.ISO_8859_1).equals(RECORD_LOG);
    }
  }

  private static Explanation crate(Path path) throws IOException {
    CrateReport report =
        CrateLog.in(FsDirectory.openForReading(path), CrateCommands.READING).verify();
    boolean isDamaged = report.verdict() == CrateVerdict.CORRUPT;
    return new Explanation(
        path.toString(),
        Explanation.State.OTHER_LIBRARY,
        List.of(
            new Explanation.Cause(
                Explanation.Kind.OTHER_LIBRARY,
                "The Rust crate durability wrote the log.",
                List.of(
                    CrateReportText.format(report),
                    report.verdict() + (report.reason() == null ? "" : ": " + report.reason())))),
        REFUSES,
        List.of(
            "Stop the Rust program, and take the log over: 'durability import "
                + ShellWord.of(path.toString())
                + " NEW'.",
            "'durability verify' and 'durability cat' read it as it is."),
        isDamaged
            ? "What follows the last entry that can be read, "
                + CrateReportText.id(report.lastEntryId())
                + "."
            : "Nothing that can be read.",
        List.of(),
        ExitStatus.FAILED);
  }

  /** A directory in which a writer has made no segment yet, or from which all were removed. */
  static Explanation withoutSegments(String name) {
    return new Explanation(
        name,
        Explanation.State.NO_LOG,
        List.of(
            new Explanation.Cause(
                Explanation.Kind.NO_LOG,
                "There is no log: its first segment was not made before the program died, or all"
                    + " files were removed.",
                List.of("wal/ has no segment, and there is no checkpoint"))),
        "A writer begins a new log at entry 1; one that only opens what is there refuses.",
        List.of(
            "If there was a log: put its files back from a backup, or bring it back with 'durability"
                + " restore'. Else nothing."),
        "Nothing is here that could be lost.",
        List.of(),
        ExitStatus.FAILED);
  }

  private static Explanation noLog(Path path, List<Path> files) {
    List<String> logs =
        files.stream()
            .filter(file -> Files.isDirectory(file.resolve("wal")))
            .map(Path::toString)
            .sorted()
            .toList();
    List<String> renamed =
        files.stream().filter(OtherExplanation::hasSegments).map(Path::toString).sorted().toList();
    if (hasSegments(path)) {
      return segmentsWithoutTheirDirectory(path);
    }
    boolean isUnfinished = Files.exists(path.resolve(".staged"));
    String what =
        isUnfinished
            ? "A command was making this directory, and did not get to the end."
            : files.isEmpty() ? "The directory is empty." : "There is no log in the directory.";
    return new Explanation(
        path.toString(),
        Explanation.State.NO_LOG,
        List.of(
            new Explanation.Cause(
                isUnfinished ? Explanation.Kind.UNFINISHED : Explanation.Kind.NO_LOG,
                what,
                List.of(isUnfinished ? "it has .staged" : "it has no directory wal"))),
        "A writer begins a new log at entry 1; one that only opens what is there refuses.",
        List.of(
            isUnfinished
                ? "Run the command again: it begins anew."
                : logs.isEmpty()
                    ? renamed.isEmpty()
                        ? "Look for the directory that has wal/, such as the one that the program is"
                            + " configured to use."
                        : "Look at "
                            + String.join(", ", renamed)
                            + ": the segments in it belong in wal/."
                    : "Name one of the logs in it: " + String.join(", ", logs) + "."),
        logs.isEmpty() && renamed.isEmpty() && files.isEmpty()
            ? "Nothing is here that could be lost."
            : "Nothing, as long as nothing here is removed or begun anew.",
        List.of(),
        ExitStatus.FAILED);
  }

  /** They are in the directory itself: it is a directory wal, or was to be one. */
  private static Explanation segmentsWithoutTheirDirectory(Path path) {
    Path name = path.toAbsolutePath().normalize().getFileName();
    Path parent = path.toAbsolutePath().normalize().getParent();
    boolean isWal = name != null && name.toString().equals("wal");
    return new Explanation(
        path.toString(),
        Explanation.State.NO_LOG,
        List.of(
            new Explanation.Cause(
                Explanation.Kind.NO_LOG,
                isWal
                    ? "This is the directory wal of a log, and not the log itself."
                    : "Segments of a log are here, and not in a directory wal.",
                List.of("files in it end with .wal"))),
        "A writer begins a new log at entry 1 beside these files; one that only opens what is there"
            + " refuses.",
        List.of(
            isWal
                ? "Name the directory that it is in: " + parent + "."
                : "Move the segments into a directory wal/ in it, in a copy, and explain that."),
        "Nothing, as long as nothing here is removed or begun anew.",
        List.of(),
        ExitStatus.FAILED);
  }

  private static Explanation recordLogs(Path path, List<Path> files) throws IOException {
    List<Explanation.Cause> causes = new ArrayList<>();
    int status = ExitStatus.OK;
    for (Path file : files) {
      int worse = recordLog(file, causes);
      status = Math.max(status, worse);
    }
    return new Explanation(
        path.toString(),
        Explanation.State.RECORD_LOG,
        causes,
        status >= ExitStatus.CORRUPT
            ? "It refuses the one that is damaged, and changes nothing."
            : "It cuts off an end that a crash left, keeps that in quarantine/, and goes on.",
        recordLogToDo(path, status, causes),
        status >= ExitStatus.CORRUPT
            ? "Without a backup: the records that are named above, and nothing else."
            : status == ExitStatus.TORN
                ? "After a crash nothing that was acknowledged. If the file was cut or overwritten:"
                    + " records at its end."
                : "Nothing.",
        List.of(),
        status);
  }

  private static List<String> recordLogToDo(Path path, int status, List<Explanation.Cause> causes) {
    if (status == ExitStatus.OK) {
      return List.of("Nothing: open it.");
    } else if (status == ExitStatus.TORN) {
      return List.of(
          "After a crash nothing: open it. If nothing crashed, copy the file as it is, and check"
              + " the disk first.");
    } else if (causes.stream().noneMatch(each -> each.kind() == Explanation.Kind.DAMAGED)) {
      return List.of("Use the version that wrote it, or a newer one.");
    }
    String file = Files.isDirectory(path) ? path + "/FILE" : path.toString();
    return List.of(
        "Stop the programs that use it, and copy the file as it is.",
        "Check the disk: a damaged sector seldom comes alone.",
        "Put the file back from a backup.",
        "Without a backup: 'durability salvage "
            + ShellWord.of(file)
            + " --to NEW' writes what is intact to a new record log.");
  }

  private static int recordLog(Path file, List<Explanation.Cause> causes) throws IOException {
    String name = String.valueOf(file.getFileName());
    Path parent = file.toAbsolutePath().normalize().getParent();
    FsDirectory directory = FsDirectory.openForReading(parent == null ? file : parent);
    try {
      long records =
          RecordLogReader.of(directory, name, Codecs.bytes()).strict().replay((id, record) -> {});
      causes.add(
          new Explanation.Cause(
              Explanation.Kind.NOTHING,
              "The record log " + name + " is whole.",
              List.of(records + " records")));
      return ExitStatus.OK;
    } catch (CorruptLogException damaged) {
      causes.add(
          new Explanation.Cause(
              Explanation.Kind.DAMAGED,
              "The record log " + name + " is damaged.",
              damage(directory, name, damaged)));
      return ExitStatus.CORRUPT;
    } catch (FormatException other) {
      causes.add(
          new Explanation.Cause(
              Explanation.Kind.OTHER_VERSION,
              "A newer version of the library wrote the record log " + name + ".",
              List.of(String.valueOf(other.getMessage()))));
      return ExitStatus.FAILED;
    } catch (DurabilityException notClean) {
      causes.add(
          new Explanation.Cause(
              Explanation.Kind.CRASH,
              "A crash: the end of the record log " + name + " was being written.",
              List.of(String.valueOf(notClean.getMessage()))));
      return ExitStatus.TORN;
    }
  }

  /** Which records are lost, and where they were. */
  private static List<String> damage(FsDirectory directory, String name, CorruptLogException why)
      throws IOException {
    List<String> evidence = new ArrayList<>();
    evidence.add(String.valueOf(why.getMessage()));
    for (MissingEntries gap : SalvageLook.atRecordLog(directory, name).lost()) {
      if (evidence.size() > DAMAGES_MAX) {
        evidence.add("and more, which 'durability salvage' lists");
        break;
      }
      LogReport.Position after = gap.after();
      LogReport.Position before = gap.before();
      evidence.add(
          "lost: "
              + Explanation.records(gap.firstEntryId(), gap.lastEntryId())
              + ", between offset "
              + (after == null ? 0 : after.offset())
              + " and "
              + (before == null ? "the end" : "offset " + before.offset()));
    }
    return evidence;
  }
}

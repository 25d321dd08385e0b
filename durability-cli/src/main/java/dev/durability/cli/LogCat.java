package dev.durability.cli;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.log.EntrySpan;
import dev.durability.log.LogReport;
import dev.durability.log.SegmentRange;
import dev.durability.log.Verdict;
import dev.durability.recordlog.RecordLogReader;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalRecord;
import dev.durability.wal.WalTail;
import java.io.IOException;
import java.time.Duration;

/**
 * {@code cat} of a log or a record log. A damaged one never ends well and silently: if a part was
 * asked for, the rest is read after that was printed.
 */
final class LogCat {
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final String NAME = "durability cat: ";

  private final CommandIo io;
  private final LogLocation log;
  private final SchemaSource source;
  private final EntryOutput out;

  /**
   * What is asked for.
   *
   * @param choice which entries
   * @param follows whether to go on with what is appended
   * @param isPastDamage whether to go on after damage
   * @param isQuick whether the rest is not read
   */
  record Wanted(EntryChoice choice, boolean follows, boolean isPastDamage, boolean isQuick) {}

  LogCat(CommandIo io, LogLocation log, SchemaSource source, EntryOutput out) {
    this.io = io;
    this.log = log;
    this.source = source;
    this.out = out;
  }

  /** Prints, and returns the exit status. */
  int print(Wanted wanted, Codec<byte[]> codec) throws IOException {
    boolean isWhole;
    try (Progress progress = bar(wanted)) {
      SchemaSource metered = source.metered(progress);
      isWhole =
          !wanted.isPastDamage() || PastDamage.print(io, metered, codec, wanted.choice(), out);
      if (!wanted.isPastDamage()) {
        print(metered, wanted, codec);
      }
      out.flush();
    } catch (CorruptLogException damaged) {
      out.flush(); // Prints what is intact before the damage is told.
      io.say(
          NAME
              + Failures.line(damaged)
              + "; 'durability cat --past-damage "
              + log
              + "' prints what is intact after it");
      return ExitStatus.CORRUPT;
    }
    boolean isPart = wanted.isPastDamage() || wanted.choice().isPart();
    boolean isGood = !isPart || wanted.isQuick() || isGood();
    return isWhole && isGood ? ExitStatus.OK : ExitStatus.CORRUPT;
  }

  /** To a terminal, the entries themselves show how far it is. */
  private Progress bar(Wanted wanted) throws IOException {
    boolean isShown = io.writesToFile() && !wanted.follows();
    return Progress.start(io, "cat", isShown ? bytes(wanted) : -1);
  }

  private long bytes(Wanted wanted) throws IOException {
    if (source.recordLog() != null || wanted.isPastDamage()) {
      return source.bytes();
    }
    Directory directory = source.directory();
    EntrySpan span = wanted.choice().in(directory);
    long bytes = 0;
    for (SegmentRange each : WalMaintenance.segments(directory)) {
      boolean isRead =
          each.lastEntryId() >= span.firstEntryId() && each.firstEntryId() <= span.lastEntryId();
      if (isRead && directory.exists(each.file())) { // A writer may have truncated it meanwhile.
        try (ReadFile file = directory.open(each.file())) {
          bytes += file.size();
        }
      }
    }
    return bytes;
  }

  private void print(SchemaSource from, Wanted wanted, Codec<byte[]> codec) throws IOException {
    String recordLog = from.recordLog();
    EntryChoice choice = wanted.choice();
    if (recordLog != null) {
      RecordLogCat.print(from.directory(), recordLog, codec, choice, wanted.follows(), out);
      return;
    }
    WalReader<byte[]> reader = WalReader.of(from.directory(), codec);
    EntrySpan span = choice.in(from.directory());
    if (wanted.follows()) {
      follow(reader, span.firstEntryId(), span.lastEntryId());
    } else if (span.firstEntryId() <= span.lastEntryId()) {
      reader.replay(span.firstEntryId(), span.lastEntryId(), out);
    }
  }

  private void follow(WalReader<byte[]> reader, long from, long to) throws IOException {
    try (WalTail<byte[]> tail = reader.follow(from)) {
      long last = 0;
      while (last < to) {
        WalRecord<byte[]> next = tail.poll(Duration.ZERO);
        if (next == null) {
          out.flush();
          next = tail.poll(PATIENCE);
        }
        if (next != null) {
          last = next.id();
          if (last <= to) {
            out.entry(last, next.entry());
          }
        }
      }
    }
  }

  /** Reads the rest, and tells of damage. */
  private boolean isGood() throws IOException {
    String damage;
    try (Progress progress = Progress.start(io, "verify", source.bytes())) {
      damage = damage(source.metered(progress));
    }
    if (damage.isEmpty()) {
      return true;
    }
    io.say(
        NAME
            + Failures.inOneLine(
                "what is intact of what was asked for was printed, but the log is CORRUPT: "
                    + damage)
            + ". 'durability explain "
            + ShellWord.of(log.toString())
            + "' says what happened, 'durability salvage "
            + ShellWord.of(log.toString())
            + " --to NEW' takes out what is intact");
    return false;
  }

  /** Where the log is damaged; empty if it is not. */
  private static String damage(SchemaSource source) throws IOException {
    if (source.recordLog() == null) {
      LogReport report = WalMaintenance.verify(source.directory());
      return report.verdict() == Verdict.CORRUPT
          ? report.end().file() + " at offset " + report.end().offset() + ": " + report.reason()
          : "";
    }
    try {
      long unused =
          RecordLogReader.of(source.directory(), source.recordLog(), Codecs.bytes())
              .replay((id, record) -> {});
      return "";
    } catch (CorruptLogException damaged) {
      return String.valueOf(damaged.getMessage());
    }
  }
}

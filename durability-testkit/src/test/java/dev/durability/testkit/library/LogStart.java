package dev.durability.testkit.library;

import static dev.durability.testkit.library.LogModel.require;

import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.format.DocumentedReader;
import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.storage.Directory;
import dev.durability.testkit.CrashDirectory;
import dev.durability.testkit.History;
import dev.durability.testkit.library.LogEvent.Acknowledged;
import dev.durability.testkit.library.LogEvent.Appended;
import dev.durability.testkit.library.LogEvent.Attempted;
import dev.durability.testkit.library.LogEvent.Flushed;
import dev.durability.testkit.library.LogEvent.Kept;
import dev.durability.testkit.library.LogEvent.Recovered;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Opens a log after a crash, holds it to its contract, and goes on with it. */
final class LogStart {
  private static final WalOptions OPTIONS =
      WalOptions.builder().segmentBytes(4096).bufferBytes(4096).preallocatedBytesMax(0).build();

  private final CrashDirectory disk;
  private final UnaryOperator<Directory> wrapper;
  private final History<LogEvent> history;
  private final long variant;
  private @Nullable WalWriter<String> writer;

  LogStart(CrashDirectory disk, UnaryOperator<Directory> wrapper, History<LogEvent> history) {
    this.disk = disk;
    this.wrapper = wrapper;
    this.history = history;
    this.variant = disk.contentHash();
  }

  void run() throws Exception {
    if (history.lastPowerLoss() == 0) {
      requireNoGap();
    }
    LogReport judged = judge();
    byte[] cut = judged == null ? new byte[0] : cut(judged);
    WalWriter<String> log = open(wrapper.apply(disk), OPTIONS);
    LogReport report = log.recovered();
    if (judged != null && !judged.equals(report)) {
      throw new AssertionError("verify said " + judged + ", open " + report);
    }
    require(log.lastAppendedId() == report.intact(), "ids do not continue");
    keep(report, cut);
    goOn(log);
  }

  /** Gives the threads back; the disk is dead. */
  void close() throws IOException {
    if (writer != null) {
      writer.close();
    }
  }

  /** Judges the files before anything is changed, by the library and by the page of the format. */
  private @Nullable LogReport judge() throws IOException {
    LogReport report;
    try {
      report = WalMaintenance.verify(disk);
    } catch (NoSuchFileException none) {
      history.label("no log yet");
      return null;
    }
    history.label(report.verdict().name());
    if (report.verdict() == Verdict.CORRUPT) {
      throw new AssertionError("an honest crash is called corrupt: " + report);
    }
    if (variant % 4 == 0) {
      LogDamage.strike(disk, variant);
    }
    if (variant % 8 == 2) {
      LogReadErrors.strike(disk, variant >> 3, report);
    }
    if (variant % 8 == 0) {
      DocumentedReader.Result result = DocumentedReader.readLog(LogShape.files(disk));
      LogDamage.requireSame(result, report);
    }
    return report;
  }

  /** Opens the log, checks what it hands over, and says what is so from now on. */
  WalWriter<String> open(Directory directory, WalOptions options) throws IOException {
    TreeMap<Long, String> found = new TreeMap<>();
    WalWriter<String> log;
    try {
      log = WalWriter.open(directory, Codecs.utf8(), options, found::put);
    } catch (CorruptLogException e) {
      throw new AssertionError("an honest crash is called corrupt", e);
    }
    writer = log;
    LogReport report = log.recovered();
    LogModel model = new LogModel(history.events(), history.lastPowerLoss());
    model.check(found, report.intact(), report.covered());
    for (Kept each : model.kept()) {
      require(
          disk.exists(each.path()) && LogShape.read(disk, each.path()).length == each.size(),
          each.path() + " is lost, though it was kept");
    }
    for (String each : model.removed()) {
      require(!disk.exists(each), each + " was removed, and came back");
    }
    history.promise(new Recovered(report.intact(), found));
    return log;
  }

  /**
   * Segments are removed from the front: as long as the power never went, those that are there are
   * numbered without gaps.
   */
  private void requireNoGap() throws IOException {
    long before = 0;
    for (String name : disk.exists("wal") ? disk.list("wal") : List.<String>of()) {
      if (name.endsWith(".wal")) {
        long number = Long.parseLong(name.substring(0, 20));
        require(before == 0 || number == before + 1, "a segment is missing before " + name);
        before = number;
      }
    }
  }

  private byte[] cut(LogReport report) throws IOException {
    if (report.cut() == null) {
      return new byte[0];
    }
    byte[] all = LogShape.read(disk, report.cut().file());
    int end = all.length;
    while (end > report.cut().offset() && all[end - 1] == 0) {
      end--;
    }
    return Arrays.copyOfRange(all, (int) report.cut().offset(), end);
  }

  /** What was cut is in quarantine, and is to stay there. */
  private void keep(LogReport report, byte[] cut) throws IOException {
    if (report.cut() == null) {
      return;
    }
    String file = report.cut().file();
    String prefix = "quarantine/" + file.substring(4) + "@" + report.cut().offset() + "-";
    for (Map.Entry<String, byte[]> each : LogShape.files(disk).entrySet()) {
      if (each.getKey().startsWith(prefix) && Arrays.equals(each.getValue(), cut)) {
        history.promise(new Kept(each.getKey(), cut.length));
        return;
      }
    }
    throw new AssertionError("what was cut is not in quarantine: " + report);
  }

  /** Appends in one of several ways, so that crashes in here find all of them. */
  private void goOn(WalWriter<String> log) throws IOException {
    Texts texts = new Texts("r" + history.crashes() + "c" + Long.toHexString(variant) + "n");
    append(log, texts.one(20));
    if ((variant & 16) != 0) {
      append(log, texts.batch(3, 200));
    }
    if ((variant & 32) != 0) {
      append(log, texts.one(4_000));
    }
    if ((variant & 64) != 0) {
      log.sync();
      history.promise(new Acknowledged(log.lastAppendedId()));
      append(log, texts.one(30));
    }
    if ((variant & 128) != 0) {
      long last = log.lastAppendedId();
      log.close();
      history.promise(new Acknowledged(last));
    }
  }

  private void append(WalWriter<String> log, List<String> batch) throws IOException {
    history.attempt(new Attempted(batch));
    long last = log.appendBatch(batch);
    history.attempt(new Appended(last, batch));
    history.promise(new Flushed(last));
  }
}

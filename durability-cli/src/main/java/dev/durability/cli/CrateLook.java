package dev.durability.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.FormatException;
import dev.durability.rust.CrateCheckpoint;
import dev.durability.rust.CrateLock;
import dev.durability.rust.CrateLog;
import dev.durability.rust.CrateReading;
import dev.durability.rust.CrateReport;
import dev.durability.rust.CrateSegment;
import dev.durability.rust.LeftOut;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * All that a log of the Rust crate says of itself.
 *
 * @param name the directory, as it was given
 * @param report how the log was left
 * @param sizes its entries
 * @param checkpoints the files in {@code checkpoints/}
 * @param lock what is known of its lock
 * @param outlook the room on its disk
 */
record CrateLook(
    String name,
    CrateReport report,
    SizeClasses sizes,
    List<CheckpointLook> checkpoints,
    CrateLock.State lock,
    DiskOutlook outlook) {
  private static final String CHECKPOINTS = "checkpoints";

  static CrateLook at(Path path, Directory directory, Instant now) throws IOException {
    CrateLog log = CrateLog.in(directory, CrateCommands.READING);
    CrateReport report = log.verify();
    SizeClasses sizes = new SizeClasses();
    if (report.entries() > 0) {
      var unused = log.replay(report.lastEntryId(), (id, payload) -> sizes.add(payload.length));
    }
    return new CrateLook(
        path.toString(),
        report,
        sizes,
        checkpoints(directory),
        CrateLock.of(path),
        LogLook.outlook(path, new EntryHours(), now)); // These files have no times.
  }

  private static List<CheckpointLook> checkpoints(Directory directory) throws IOException {
    List<CheckpointLook> all = new ArrayList<>();
    List<String> names;
    try {
      names = directory.list(CHECKPOINTS);
    } catch (NoSuchFileException none) {
      return all;
    }
    for (String name : names) {
      all.add(checkpoint(directory, CHECKPOINTS + "/" + name));
    }
    return all;
  }

  private static CheckpointLook checkpoint(Directory directory, String path) {
    long bytes = 0;
    try {
      try (ReadFile file = directory.open(path)) {
        bytes = file.size();
      }
      CrateCheckpoint found = CrateCheckpoint.open(directory, path, CrateReading.strict());
      return new CheckpointLook(
          found.lastEntryId(), path, bytes, CheckpointLook.State.WHOLE, "", null);
    } catch (CorruptLogException damaged) {
      return unusable(path, bytes, CheckpointLook.State.DAMAGED, damaged);
    } catch (FormatException other) {
      return unusable(path, bytes, CheckpointLook.State.UNREADABLE, other);
    } catch (IOException failed) {
      return unusable(path, bytes, CheckpointLook.State.UNREADABLE, failed);
    }
  }

  private static CheckpointLook unusable(
      String path, long bytes, CheckpointLook.State state, IOException why) {
    return new CheckpointLook(0, path, bytes, state, Failures.line(why), null);
  }

  byte[] text() {
    StatsText text = new StatsText();
    text.line("log", name);
    text.line("format", CrateReportText.format(report));
    text.line("verdict", report.verdict().name());
    if (report.reason() != null) {
      text.line("reason", report.reason());
    }
    text.entries(report.firstEntryId(), sizes);
    text.line("lock", lockText());
    text.disk(outlook);
    for (LeftOut each : report.leftOut()) {
      text.line("left out", CrateReportText.of(each));
    }
    text.heading("segments", report.segments().size());
    for (CrateSegment each : report.segments()) {
      text.item(segment(each));
    }
    text.heading("checkpoints", checkpoints.size());
    for (CheckpointLook each : checkpoints) {
      text.item(
          each.state() == CheckpointLook.State.WHOLE
              ? "up to entry "
                  + CrateReportText.id(each.lastEntryId())
                  + ", "
                  + StatsText.amount(each.bytes())
                  + ", whole, "
                  + each.path()
              : each.path() + " is not usable: " + each.reason());
    }
    text.sizes(sizes);
    return text.bytes();
  }

  private static String segment(CrateSegment segment) {
    return CrateReportText.id(segment.segmentId())
        + "  "
        + segment.entries()
        + (segment.entries() == 1 ? " entry" : " entries")
        + " from "
        + CrateReportText.id(segment.firstEntryId())
        + " on, "
        + StatsText.amount(segment.bytes())
        + ", version "
        + segment.version();
  }

  private String lockText() {
    return switch (lock) {
      case ABSENT -> "there is no file for one";
      case FREE -> "free: nobody whom this system shows holds it";
      case HELD -> "held: a program has the log open";
      case UNKNOWN -> "not known: this system does not tell";
    };
  }

  void write(JsonGenerator json) throws IOException {
    json.writeStringField("log", name);
    json.writeStringField("verdict", report.verdict().name());
    json.writeStringField("reason", report.reason());
    CrateReportText.writeId(json, "first", report.firstEntryId());
    CrateReportText.writeId(json, "last", report.lastEntryId());
    StatsJson.entries(json, sizes);
    json.writeArrayFieldStart("segments");
    for (CrateSegment each : report.segments()) {
      json.writeStartObject();
      CrateReportText.writeId(json, "number", each.segmentId());
      json.writeStringField("file", each.file());
      json.writeNumberField("version", each.version());
      CrateReportText.writeId(json, "first", each.firstEntryId());
      json.writeNumberField("entries", each.entries());
      json.writeNumberField("bytes", each.bytes());
      json.writeNumberField("newerChecksums", each.newerChecksums());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("checkpoints");
    for (CheckpointLook each : checkpoints) {
      json.writeStartObject();
      json.writeStringField("path", each.path());
      json.writeNumberField("bytes", each.bytes());
      json.writeStringField("state", each.state().name());
      CrateReportText.writeId(json, "last", each.lastEntryId());
      json.writeStringField("reason", each.reason());
      json.writeEndObject();
    }
    json.writeEndArray();
    CrateReportText.writeLeftOut(json, "leftOut", report.leftOut());
    json.writeStringField("lock", lock.name());
    StatsJson.disk(json, outlook);
    StatsJson.sizes(json, sizes);
  }
}

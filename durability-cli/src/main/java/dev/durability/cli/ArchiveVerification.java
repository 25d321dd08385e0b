package dev.durability.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.durability.archive.Archive;
import dev.durability.archive.ArchiveStore;
import dev.durability.archive.TimelineInfo;
import dev.durability.archive.VerifyReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;

/** {@code durability verify} of an archive. */
final class ArchiveVerification {
  private final CommandIo io;

  ArchiveVerification(CommandIo io) {
    this.io = io;
  }

  int run(String location, boolean asJson) throws IOException {
    VerifyReport report;
    List<TimelineInfo> timelines;
    try (ArchiveStore store = ArchivePlace.openExisting(location);
        ArchivePlace.Bar bar = new ArchivePlace.Bar()) {
      Archive archive = Archive.open(store);
      report = archive.verify(ArchivePlace.shown(io, "verify", bar));
      timelines = report.isWhole() ? archive.timelines() : List.of();
    }
    if (asJson) {
      io.out().write(json(report, timelines));
      io.out().flush();
    } else {
      print(report, timelines);
    }
    return !report.isWhole()
        ? ExitStatus.CORRUPT
        : isEmpty(timelines) ? ExitStatus.EMPTY : ExitStatus.OK;
  }

  private void print(VerifyReport report, List<TimelineInfo> timelines) throws IOException {
    ArchivePlace.print(
        io,
        (!report.isWhole() ? "DAMAGED" : isEmpty(timelines) ? "EMPTY" : "WHOLE")
            + ": "
            + report.objects()
            + " objects and "
            + report.bytes()
            + " bytes were read");
    for (TimelineInfo each : timelines) {
      ArchivePlace.print(
          io,
          "timeline "
              + each.id()
              + ": "
              + contents(each)
              + (each.parent().isEmpty() ? "" : ", from " + each.parent()));
    }
    for (String problem : report.problems()) {
      ArchivePlace.print(io, "problem: " + problem);
    }
    for (String note : report.notes()) {
      ArchivePlace.print(io, "note: " + note);
    }
  }

  /** Nothing can be restored from it. */
  private static boolean isEmpty(List<TimelineInfo> timelines) {
    return timelines.stream().allMatch(each -> each.segments() == 0);
  }

  private static String contents(TimelineInfo timeline) {
    return timeline.segments() == 0
        ? "nothing is archived yet"
        : "entries "
            + timeline.firstEntryId()
            + " to "
            + timeline.lastEntryId()
            + " until "
            + timeline.lastTime()
            + ", "
            + timeline.checkpoints()
            + " checkpoints";
  }

  /** Programs read its keys, so they are fixed. */
  private static byte[] json(VerifyReport report, List<TimelineInfo> timelines) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
      json.writeStartObject();
      json.writeBooleanField("whole", report.isWhole());
      json.writeNumberField("objects", report.objects());
      json.writeNumberField("bytes", report.bytes());
      json.writeArrayFieldStart("timelines");
      for (TimelineInfo each : timelines) {
        json.writeStartObject();
        json.writeStringField("name", each.id());
        json.writeStringField("parent", each.parent());
        json.writeNumberField("first", each.firstEntryId());
        json.writeNumberField("last", each.lastEntryId());
        json.writeStringField("lastTime", each.lastTime().toString());
        json.writeNumberField("checkpoints", each.checkpoints());
        json.writeEndObject();
      }
      json.writeEndArray();
      texts(json, "problems", report.problems());
      texts(json, "notes", report.notes());
      json.writeEndObject();
      json.writeRaw('\n');
    }
    return bytes.toByteArray();
  }

  private static void texts(JsonGenerator json, String name, List<String> texts)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (String text : texts) {
      json.writeString(text);
    }
    json.writeEndArray();
  }
}

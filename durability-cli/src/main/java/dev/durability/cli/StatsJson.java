package dev.durability.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.durability.codec.Schema;
import dev.durability.log.LogHold;
import dev.durability.log.LogReport;
import dev.durability.log.SchemaRange;
import dev.durability.log.SegmentEnd;
import dev.durability.log.SegmentInfo;
import dev.durability.salvage.MissingEntries;
import dev.durability.storage.LockHolding;
import dev.durability.storage.QuarantinedFile;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is in a log, as JSON. Programs read its keys, so they are fixed. */
final class StatsJson {
  private final JsonGenerator json;

  private StatsJson(JsonGenerator json) {
    this.json = json;
  }

  /** One object on one line. */
  static byte[] of(LogLook look, StraySegments misplaced) throws IOException {
    return CrateReportText.json(json -> new StatsJson(json).write(look, misplaced));
  }

  private void write(LogLook look, StraySegments misplaced) throws IOException {
    LogReport report = look.report();
    json.writeStringField("log", look.name());
    json.writeStringField("logId", look.logId() == null ? null : look.logId().toString());
    json.writeStringField("verdict", report == null ? null : report.verdict().name());
    json.writeStringField("reason", report == null ? look.unjudged() : report.reason());
    json.writeNumberField("first", look.firstEntryId());
    entries(json, look.contents().sizes());
    damage(look.found());
    misplaced(misplaced);
    EntryHours hours = look.contents().hours();
    boolean hasTimes = !hours.last().isBefore(hours.first());
    time("firstClock", hasTimes ? hours.first() : null);
    time("lastClock", hasTimes ? hours.last() : null);
    segments(look.contents().segments());
    checkpoints(look.checkpoints());
    schemas(look.schemas());
    quarantine(look.kept());
    holds(look.holds());
    lock(look.holder());
    disk(json, look.outlook());
    hours(hours.all());
    sizes(json, look.contents().sizes());
  }

  static void entries(JsonGenerator json, SizeClasses sizes) throws IOException {
    json.writeNumberField("entries", sizes.entries());
    json.writeNumberField("payloadBytes", sizes.bytes());
  }

  /** What is intact, also after damage, and what is lost. */
  private void damage(@Nullable SalvageLook found) throws IOException {
    number("intactEntries", found == null ? null : found.entries());
    json.writeArrayFieldStart("lost");
    for (MissingEntries each : found == null ? List.<MissingEntries>of() : found.lost()) {
      json.writeStartObject();
      json.writeNumberField("first", each.firstEntryId());
      json.writeNumberField("last", each.lastEntryId());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void misplaced(StraySegments all) throws IOException {
    json.writeArrayFieldStart("misplaced");
    for (Map.Entry<String, String> each : all.paths().entrySet()) {
      json.writeStartObject();
      json.writeStringField("path", each.getValue());
      json.writeStringField("name", each.getKey());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void segments(List<LogContents.SegmentLook> all) throws IOException {
    json.writeArrayFieldStart("segments");
    for (LogContents.SegmentLook each : all) {
      SegmentInfo info = each.info();
      SegmentEnd end = each.end();
      json.writeStartObject();
      json.writeNumberField("number", info.segmentId());
      json.writeStringField("file", info.file());
      json.writeStringField("state", info.state().name());
      json.writeNumberField("first", info.firstEntryId());
      number("last", end == null ? null : end.lastEntryId());
      json.writeNumberField("bytes", info.bytes());
      time("created", info.created());
      time("lastClock", end == null ? null : end.lastClock());
      json.writeBooleanField("rewinds", info.rewinds());
      json.writeBooleanField("covered", info.startsCovered());
      json.writeBooleanField("cut", end != null && end.isCut());
      json.writeBooleanField("ended", end != null && end.isEnded());
      number("endOffset", end == null ? null : end.offset());
      number("leftBytes", end == null ? null : end.leftBytes());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void checkpoints(List<CheckpointLook> all) throws IOException {
    json.writeArrayFieldStart("checkpoints");
    for (CheckpointLook each : all) {
      json.writeStartObject();
      json.writeNumberField("last", each.lastEntryId());
      json.writeStringField("path", each.path());
      json.writeNumberField("bytes", each.bytes());
      json.writeStringField("state", each.state().name());
      json.writeStringField("reason", each.reason());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void schemas(List<SchemaRange> all) throws IOException {
    json.writeArrayFieldStart("schemas");
    for (SchemaRange each : all) {
      Schema schema = each.schema().orElse(null);
      json.writeStartObject();
      json.writeNumberField("first", each.firstEntryId());
      json.writeStringField("mediaType", schema == null ? null : schema.mediaType());
      json.writeNumberField("bytes", schema == null ? 0 : schema.descriptor().remaining());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void quarantine(List<QuarantinedFile> all) throws IOException {
    json.writeArrayFieldStart("quarantine");
    for (QuarantinedFile each : all) {
      Quarantined cut = Quarantined.of(each);
      json.writeStartObject();
      json.writeStringField("path", each.path());
      json.writeNumberField("bytes", each.bytes());
      json.writeStringField("file", cut.file());
      json.writeNumberField("offset", cut.offset());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void holds(List<HoldLook> all) throws IOException {
    json.writeArrayFieldStart("holds");
    for (HoldLook each : all) {
      LogHold hold = each.hold();
      boolean isDamaged = each.state() == HoldLook.State.DAMAGED;
      json.writeStartObject();
      json.writeStringField("holder", hold.holder());
      json.writeStringField("state", each.state().name());
      json.writeNumberField("from", hold.fromEntryId());
      time("until", isDamaged ? null : hold.until());
      json.writeStringField("problem", hold.problem());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void lock(@Nullable LockHolding holder) throws IOException {
    if (holder == null) {
      json.writeNullField("lock");
      return;
    }
    json.writeObjectFieldStart("lock");
    json.writeStringField("state", holder.state().name());
    json.writeNumberField("process", holder.process());
    json.writeStringField("host", holder.host());
    json.writeStringField("program", holder.program());
    time("since", holder.since());
    json.writeEndObject();
  }

  static void disk(JsonGenerator json, @Nullable DiskOutlook outlook) throws IOException {
    if (outlook == null) {
      json.writeNullField("disk");
      return;
    }
    json.writeObjectFieldStart("disk");
    json.writeNumberField("freeBytes", outlook.freeBytes());
    json.writeNumberField("totalBytes", outlook.totalBytes());
    if (outlook.bytesPerHour() < 0) {
      json.writeNullField("bytesPerHour");
    } else {
      json.writeNumberField("bytesPerHour", outlook.bytesPerHour());
    }
    json.writeStringField("full", outlook.full() == null ? null : outlook.full().toString());
    json.writeStringField("reason", outlook.reason());
    json.writeEndObject();
  }

  private void hours(List<EntryHours.Hour> all) throws IOException {
    json.writeArrayFieldStart("hours");
    for (EntryHours.Hour each : all) {
      json.writeStartObject();
      json.writeStringField("hour", each.begin().toString());
      json.writeNumberField("entries", each.entries());
      json.writeNumberField("payloadBytes", each.payloadBytes());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  static void sizes(JsonGenerator json, SizeClasses sizes) throws IOException {
    json.writeArrayFieldStart("sizes");
    for (SizeClasses.SizeClass each : sizes.used()) {
      json.writeStartObject();
      json.writeNumberField("from", each.from());
      json.writeNumberField("to", each.to());
      json.writeNumberField("entries", each.entries());
      json.writeNumberField("payloadBytes", each.bytes());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void time(String name, @Nullable Instant time) throws IOException {
    json.writeStringField(name, time == null ? null : time.toString());
  }

  private void number(String name, @Nullable Long value) throws IOException {
    if (value == null) {
      json.writeNullField(name);
    } else {
      json.writeNumberField(name, value);
    }
  }
}

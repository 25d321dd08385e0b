package dev.durability.cli;

import dev.durability.codec.Codecs;
import dev.durability.codec.Schema;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.FormatException;
import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.recordlog.RecordLogMaintenance;
import dev.durability.recordlog.RecordLogReader;
import dev.durability.salvage.MissingEntries;
import dev.durability.storage.Directory;
import dev.durability.storage.QuarantinedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code stats} of a record log: what is in it, also after damage. */
final class RecordLogStats {
  /** It is judged, and gone over twice. */
  static final int READINGS = 3;

  private final String name;
  private final long bytes;
  private final List<QuarantinedFile> kept;
  private final SizeClasses sizes = new SizeClasses();
  private final List<String> schemas = new ArrayList<>();
  private Optional<Schema> schema = Optional.empty();
  private Verdict verdict = Verdict.CLEAN;
  private @Nullable String reason;
  private List<MissingEntries> missing = List.of();

  private RecordLogStats(String name, long bytes, List<QuarantinedFile> kept) {
    this.name = name;
    this.bytes = bytes;
    this.kept = kept;
  }

  static RecordLogStats of(String name, SchemaSource source) throws IOException {
    Directory directory = source.directory();
    String file = String.valueOf(source.recordLog());
    RecordLogStats stats =
        new RecordLogStats(name, source.bytes(), RecordLogMaintenance.quarantined(directory, file));
    stats.judge(directory, file);
    stats.missing = SalvageLook.atRecordLog(directory, file, stats::entry).missing();
    return stats;
  }

  private void judge(Directory directory, String file) throws IOException {
    try {
      long unused =
          RecordLogReader.of(directory, file, Codecs.bytes()).strict().replay((id, record) -> {});
    } catch (FormatException other) {
      throw other;
    } catch (CorruptLogException damaged) {
      verdict = Verdict.CORRUPT;
      reason = damaged.getMessage();
    } catch (DurabilityException notClean) {
      verdict = Verdict.TORN;
      reason = notClean.getMessage();
    }
  }

  Verdict verdict() {
    return verdict;
  }

  private void entry(long id, Optional<Schema> its, ByteBuffer payload) {
    if (sizes.entries() == 0 || !its.equals(schema)) {
      schemas.add("from record " + id + ": " + its.map(Schema::mediaType).orElse("none"));
      schema = its;
    }
    sizes.add(payload.remaining());
  }

  private static String text(MissingEntries gap) {
    LogReport.Position after = gap.after();
    LogReport.Position before = gap.before();
    return Explanation.records(gap.firstEntryId(), gap.lastEntryId())
        + ", from offset "
        + (after == null ? 0 : after.offset())
        + (before == null ? " on" : " to " + before.offset());
  }

  byte[] text() {
    StatsText text = new StatsText();
    text.line("record log", name);
    text.line("verdict", verdict.name());
    if (reason != null) {
      text.line("reason", reason);
    }
    text.line("file", StatsText.amount(bytes));
    text.line("records", sizes.entries() + " intact, " + StatsText.amount(sizes.bytes()));
    for (MissingEntries each : missing) {
      text.line("lost", text(each));
    }
    text.line("quarantine", QuarantineCommand.summary(kept));
    text.heading("schemas", schemas.size());
    schemas.forEach(text::item);
    text.sizes(sizes);
    return text.bytes();
  }

  /** Programs read its keys, so they are fixed. */
  byte[] json() throws IOException {
    return CrateReportText.json(
        json -> {
          json.writeStringField("recordLog", name);
          json.writeStringField("verdict", verdict.name());
          json.writeStringField("reason", reason);
          json.writeNumberField("bytes", bytes);
          json.writeNumberField("records", sizes.entries());
          json.writeNumberField("payloadBytes", sizes.bytes());
          json.writeArrayFieldStart("lost");
          for (MissingEntries gap : missing) {
            json.writeStartObject();
            json.writeNumberField("first", gap.firstEntryId());
            json.writeNumberField("last", gap.lastEntryId());
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeNumberField("quarantineBytes", QuarantineCommand.bytes(kept));
          StatsJson.sizes(json, sizes);
        });
  }
}

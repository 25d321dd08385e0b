package dev.durability.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.durability.archive.ArchiveStore;
import dev.durability.archive.Restore;
import dev.durability.archive.RestoreReport;
import dev.durability.storage.FsOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code durability restore}. */
final class RestoreCommand implements Command {
  private static final String FROM = "--from";
  private static final String TO_INSTANT = "--to-instant";
  private static final String TO_ENTRY = "--to-entry";
  private static final String TIMELINE = "--timeline";

  private final CommandIo io;

  RestoreCommand(CommandIo io) {
    this.io = io;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        CommandSyntax.command(
            this,
            "restore",
            "Bring a log back from an archive, as it was at any moment.",
            "Writes the log into DIR, which must be empty or new: the newest checkpoint that fits,"
                + " and the entries after it. Each object is checked by its hash, and the log is"
                + " read to its end before the command says that it is there.",
            "",
            "Without "
                + TO_INSTANT
                + " and "
                + TO_ENTRY
                + ", the newest moment is restored. An"
                + " instant means what was certainly durable then, never what came later.",
            "",
            ArchivePlace.LOCATIONS);
    spec.addPositional(CommandSyntax.directory("The directory that the log is written to."));
    LogLocation.addOption(spec);
    spec.addOption(ArchivePlace.of(FROM, "Where the archive is."));
    spec.addOption(
        CommandSyntax.time(
            "Restore what was durable then, such as 2026-03-01T12:00:00Z.", TO_INSTANT));
    spec.addOption(CommandSyntax.entryId("Restore up to that entry.", TO_ENTRY));
    spec.addOption(
        ArchivePlace.text(
            TIMELINE,
            "NAME",
            "Restore from that timeline, which 'durability verify' names; by default from the one"
                + " that was begun last."));
    spec.addOption(CommandSyntax.flag("Print one JSON object, on one line.", ArchivePlace.JSON));
    CommandSyntax.endOfHelp(
        spec,
        List.of(
            "  durability restore --from s3://bucket/mylog mylog",
            "  durability restore --from store --to-instant 2026-03-01T12:00:00Z mylog"),
        "0",
        "the log is there, durable, and was read to its end",
        "2",
        "an object that is needed is damaged or missing",
        "3",
        "any other failure: no archive, that moment is not in it, DIR is not empty, wrong usage");
    return spec;
  }

  @Override
  public int run(ParseResult given) throws IOException {
    if (given.hasMatchedOption(TO_INSTANT) && given.hasMatchedOption(TO_ENTRY)) {
      throw new UsageException("take " + TO_INSTANT + " or " + TO_ENTRY + ", not both");
    }
    RestoreReport report;
    try (LogLocation location = LogLocation.of(given, io);
        ArchiveStore store = ArchivePlace.openExisting(given.matchedOptionValue(FROM, ""));
        ArchivePlace.Bar bar = new ArchivePlace.Bar()) {
      Restore restore = Restore.from(store).progress(ArchivePlace.shown(io, "restore", bar));
      if (given.hasMatchedOption(TIMELINE)) {
        restore = restore.timeline(given.matchedOptionValue(TIMELINE, ""));
      }
      Instant instant = CommandSyntax.timeOf(given, TO_INSTANT);
      if (instant != null) {
        restore = restore.toInstant(instant);
      }
      if (given.hasMatchedOption(TO_ENTRY)) {
        restore = restore.toEntry(entry(given.matchedOptionValue(TO_ENTRY, 0L)));
      }
      report = restore.into(location.forAppending(FsOptions.defaults()));
    }
    for (String note : report.notes()) {
      io.err().println("durability restore: " + Printable.text(note));
    }
    if (given.hasMatchedOption(ArchivePlace.JSON)) {
      io.out().write(json(report));
      io.out().flush();
    } else {
      ArchivePlace.print(
          io,
          "restored up to entry "
              + report.lastEntryId()
              + ", "
              + report.report().verdict()
              + ": "
              + report.segments()
              + " segments, "
              + (report.checkpoint() == null ? "no checkpoint" : report.checkpoint()));
    }
    return ExitStatus.OK;
  }

  private static long entry(long id) {
    if (id < 0) {
      throw new UsageException("there is no entry " + id);
    }
    return id;
  }

  /** Programs read its keys, so they are fixed. */
  private static byte[] json(RestoreReport report) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("timeline", report.timeline());
      json.writeNumberField("last", report.lastEntryId());
      json.writeNumberField("segments", report.segments());
      json.writeStringField("checkpoint", report.checkpoint());
      json.writeNumberField("bytes", report.bytes());
      json.writeStringField("verdict", report.report().verdict().name());
      json.writeArrayFieldStart("notes");
      for (String note : report.notes()) {
        json.writeString(note);
      }
      json.writeEndArray();
      json.writeEndObject();
      json.writeRaw('\n');
    }
    return bytes.toByteArray();
  }
}

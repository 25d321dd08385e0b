package dev.durability.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.durability.storage.Directory;
import dev.durability.storage.QuarantinedFile;
import dev.durability.wal.WalMaintenance;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code durability quarantine}. */
final class QuarantineCommand implements Command {
  private static final String JSON = "--json";
  private static final String LIST = "list";
  private static final String REMOVE = "remove";

  private final CommandIo io;

  QuarantineCommand(CommandIo io) {
    this.io = io;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        CommandSyntax.command(
            this,
            "quarantine",
            "List or remove what openings cut off a log.",
            "An opening that finds the end of a log torn by a crash cuts it off, and keeps the"
                + " bytes in DIR/quarantine, as evidence. Nothing reads them again. The oldest"
                + " are removed once there are more than 256 MiB.",
            "",
            "list, the default, shows what is kept, the oldest first, and changes nothing. remove"
                + " removes all of that; another process may be writing to the log.");
    spec.addPositional(CommandSyntax.directory());
    LogLocation.addOption(spec);
    spec.addPositional(
        PositionalParamSpec.builder()
            .index("1")
            .arity("0..1")
            .required(false)
            .paramLabel("list|remove")
            .completionCandidates(List.of(LIST, REMOVE))
            .type(String.class)
            .description("What to do; list by default.")
            .build());
    spec.addOption(CommandSyntax.flag("Print one JSON object, on one line.", JSON));
    CommandSyntax.endOfHelp(
        spec,
        List.of(
            "  durability quarantine mylog",
            "  durability quarantine mylog list --json | jq .bytes",
            "  durability quarantine mylog remove"),
        "0",
        "listed, or durably removed; there may have been nothing",
        "3",
        "any other failure: not a log, not readable, wrong usage",
        "141",
        "the reader of the output has gone");
    return spec;
  }

  @Override
  public int run(ParseResult given) throws IOException {
    String action = given.matchedPositionalValue(1, LIST);
    boolean removes = action.equals(REMOVE);
    if (!removes && !action.equals(LIST)) {
      throw new UsageException("what to do must be " + LIST + " or " + REMOVE + ", not " + action);
    }
    List<QuarantinedFile> files;
    try (LogLocation location = LogLocation.of(given, io)) {
      Directory log = removes ? location.forWriting() : location.forReading();
      files = WalMaintenance.quarantined(log);
      if (removes) {
        WalMaintenance.removeQuarantined(log, files);
      }
    }
    io.out().write(given.hasMatchedOption(JSON) ? json(removes, files) : text(removes, files));
    io.out().flush();
    return ExitStatus.OK;
  }

  private static byte[] text(boolean removed, List<QuarantinedFile> files) {
    StringBuilder text = new StringBuilder();
    for (QuarantinedFile file : files) {
      text.append(file.path())
          .append("  ")
          .append(file.bytes())
          .append(" bytes")
          .append(System.lineSeparator());
    }
    text.append(removed ? "removed " : "").append(summary(files)).append(System.lineSeparator());
    return text.toString().getBytes(Charset.defaultCharset());
  }

  /** Programs read its keys, so they are fixed. */
  private static byte[] json(boolean removed, List<QuarantinedFile> files) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
      json.writeStartObject();
      json.writeBooleanField("removed", removed);
      json.writeNumberField("bytes", bytes(files));
      json.writeArrayFieldStart("files");
      for (QuarantinedFile file : files) {
        json.writeStartObject();
        json.writeStringField("path", file.path());
        json.writeNumberField("bytes", file.bytes());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
      json.writeRaw('\n');
    }
    return bytes.toByteArray();
  }

  /** The amount, for people. */
  static String summary(List<QuarantinedFile> files) {
    return bytes(files) + " bytes in " + files.size() + (files.size() == 1 ? " file" : " files");
  }

  static long bytes(List<QuarantinedFile> files) {
    return files.stream().mapToLong(QuarantinedFile::bytes).sum();
  }
}

package dev.durability.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.durability.codec.Schema;
import dev.durability.log.SchemaRange;
import dev.durability.wal.WalMaintenance;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code durability schema}. */
final class SchemaCommand implements Command {
  private static final String JSON = "--json";

  private final CommandIo io;

  SchemaCommand(CommandIo io) {
    this.io = io;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        CommandSyntax.command(
            this,
            "schema",
            "Print how the entries of a log are encoded.",
            "Prints each schema in the log in DIR, with the first entry that has it: its media type"
                + " and its descriptor, as base64 if that is not text. Changes nothing.");
    spec.addPositional(CommandSyntax.directory());
    spec.addOption(
        CommandSyntax.flag("Print one JSON object for each schema, each on one line.", JSON));
    CommandSyntax.endOfHelp(
        spec,
        List.of("  durability schema mylog", "  durability schema --json mylog | jq .mediaType"),
        "0",
        "the schemas were printed",
        "2",
        "the log is corrupt",
        "3",
        "any other failure: not a log, not readable, wrong usage");
    return spec;
  }

  @Override
  public int run(ParseResult given) throws IOException {
    List<SchemaRange> ranges =
        WalMaintenance.schemas(LogDirectory.forReading(CommandSyntax.directory(given)));
    for (SchemaRange each : ranges) {
      io.out().write(given.hasMatchedOption(JSON) ? json(each) : text(each));
    }
    io.out().flush();
    return ExitStatus.OK;
  }

  private static byte[] text(SchemaRange range) {
    StringBuilder text = new StringBuilder();
    text.append("from entry ").append(range.firstEntryId()).append(": ");
    if (range.schema().isEmpty()) {
      text.append("no schema\n");
    } else {
      Schema schema = range.schema().get();
      text.append(schema.mediaType()).append('\n');
      descriptor(schema).lines().forEach(line -> text.append("  ").append(line).append('\n'));
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] json(SchemaRange range) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
      json.writeStartObject();
      json.writeNumberField("firstEntryId", range.firstEntryId());
      Optional<Schema> schema = range.schema();
      json.writeStringField("mediaType", schema.map(Schema::mediaType).orElse(null));
      json.writeStringField("descriptor", schema.map(SchemaCommand::descriptor).orElse(null));
      json.writeEndObject();
      json.writeRaw('\n');
    }
    return bytes.toByteArray();
  }

  private static String descriptor(Schema schema) {
    ByteBuffer bytes = schema.descriptor();
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException binary) {
      byte[] copy = new byte[schema.descriptor().remaining()];
      schema.descriptor().get(copy);
      return Base64.getEncoder().encodeToString(copy);
    }
  }
}

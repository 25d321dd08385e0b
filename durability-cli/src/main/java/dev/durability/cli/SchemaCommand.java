package dev.durability.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.durability.codec.Schema;
import dev.durability.log.SchemaRange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code durability schema}. */
final class SchemaCommand implements Command {
  private static final String CHECK = "check";
  private static final String JSON = "--json";
  private static final String AGAINST = "--against";
  private static final String CHECKPOINTS_AGAINST = "--checkpoints-against";
  private static final String CLASS_PATH = "--class-path";
  private static final String SCHEMAS_ONLY = "--schemas-only";

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
            "Print how the entries of a log are encoded, or check a new codec.",
            "Prints each schema in the log in DIR, with the first entry that has it: its media type"
                + " and its descriptor, as base64 if that is not text. DIR may also be the file of"
                + " a record log. Changes nothing.",
            "",
            "schema check tells whether a codec, that of a new version of a program, reads all that"
                + " is in the log: it is asked about each schema, and decodes each entry. Prints"
                + " the changes that stand in the way, and the first entry that cannot be decoded."
                + " Changes nothing; another process may be writing to the log.");
    spec.usageMessage()
        .customSynopsis(
            "durability schema [--store STORE] [--json] DIR",
            "       durability schema check [OPTION]... DIR");
    spec.addPositional(
        CommandSyntax.directory(
            "The directory of the log, or the file of a record log; with check, after that word."));
    spec.addPositional(
        PositionalParamSpec.builder()
            .index("1")
            .arity("0..1")
            .required(false)
            .hidden(true)
            .paramLabel("DIR")
            .type(String.class)
            .build());
    LogLocation.addOption(spec);
    spec.addOption(
        CommandSyntax.flag(
            "Print one JSON object per schema, and per checkpoint that is checked, each on one"
                + " line.",
            JSON));
    spec.addOption(
        text(
            AGAINST,
            "CODEC",
            "The codec of the new version: a static field, or a static method without arguments,"
                + " as com.example.Store#CODEC."));
    spec.addOption(
        text(
            CHECKPOINTS_AGAINST,
            "CODEC",
            "The codec of checkpoints that are one value. Each of them is decoded, too."));
    spec.addOption(
        text(
            CLASS_PATH,
            "PATH",
            "Where the classes of the new version are, with the libraries that they need:"
                + " directories and jars, as for java, except durability-core."));
    spec.addOption(
        CommandSyntax.flag(
            "Compare schemas, and decode nothing. Entries whose variant or constant is gone are"
                + " not found then.",
            SCHEMAS_ONLY));
    CommandSyntax.endOfHelp(
        spec,
        List.of(
            "  durability schema mylog",
            "  durability schema --json mylog | jq .mediaType",
            "  durability schema events.log",
            "  durability schema check mylog --against com.example.Store#CODEC \\",
            "    --class-path 'target/classes:target/lib/*'"),
        "0",
        "the schemas were printed; or all that is in the log is read",
        "1",
        "schema check: something is not read",
        "2",
        "the log is corrupt",
        "3",
        "any other failure: not a log, not readable, no such codec, wrong usage");
    return spec;
  }

  private static OptionSpec text(String name, String label, String description) {
    return OptionSpec.builder(name)
        .type(String.class)
        .paramLabel(label)
        .description(description)
        .build();
  }

  @Override
  public int run(ParseResult given) throws IOException {
    String first = given.matchedPositionalValue(0, "");
    String second = given.matchedPositionalValue(1, "");
    boolean checks = !second.isEmpty();
    if (checks && !first.equals(CHECK)) {
      throw new UsageException("there is one DIR, with or without the word check before it");
    }
    for (String option : List.of(AGAINST, CHECKPOINTS_AGAINST, CLASS_PATH, SCHEMAS_ONLY)) {
      if (!checks && given.hasMatchedOption(option)) {
        throw new UsageException(option + " is an option of schema check");
      }
    }
    try (LogLocation location = LogLocation.of(given, checks ? second : first, io)) {
      SchemaSource log = SchemaSource.at(location);
      return checks ? check(log, given) : print(log, given);
    }
  }

  private int print(SchemaSource log, ParseResult given) throws IOException {
    for (SchemaRange each : log.schemas()) {
      io.out().write(given.hasMatchedOption(JSON) ? json(each) : text(each));
    }
    io.out().flush();
    return ExitStatus.OK;
  }

  private int check(SchemaSource log, ParseResult given) throws IOException {
    CodecReference entries = reference(AGAINST, given);
    CodecReference checkpoints = reference(CHECKPOINTS_AGAINST, given);
    if (entries == null && checkpoints == null) {
      throw new UsageException("schema check needs " + AGAINST + ", the codec to check");
    }
    if (checkpoints != null && log.recordLog() != null) {
      throw new UsageException(
          CHECKPOINTS_AGAINST + " is for logs in directories: a record log has no checkpoints");
    }
    SchemaCheckReport report;
    try (CodecClassLoader classes = CodecClassLoader.of(given.matchedOptionValue(CLASS_PATH, ""));
        Progress progress = Progress.start(io, "check", log.bytes())) {
      SchemaCheck check = new SchemaCheck(log.metered(progress));
      report = check.run(classes, entries, checkpoints, !given.hasMatchedOption(SCHEMAS_ONLY));
    }
    io.out().write(given.hasMatchedOption(JSON) ? report.json() : report.text());
    io.out().flush();
    return report.readsAll() ? ExitStatus.OK : ExitStatus.NOT_READ;
  }

  private static @Nullable CodecReference reference(String option, ParseResult given) {
    String text = given.matchedOptionValue(option, "");
    return given.hasMatchedOption(option) ? CodecReference.parse(option, text) : null;
  }

  private static byte[] text(SchemaRange range) {
    StringBuilder text = new StringBuilder();
    text.append("from entry ").append(range.firstEntryId()).append(": ");
    if (range.schema().isEmpty()) {
      text.append("no schema\n");
    } else {
      Schema schema = range.schema().get();
      text.append(Printable.line(schema.mediaType())).append('\n');
      descriptor(schema).lines().forEach(line -> text.append("  ").append(line).append('\n'));
    }
    return Printable.text(text.toString()).getBytes(StandardCharsets.UTF_8);
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
      String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
      if (Printable.isText(text)) {
        return text;
      }
    } catch (CharacterCodingException binary) {
      // Shown as base64.
    }
    byte[] copy = new byte[schema.descriptor().remaining()];
    schema.descriptor().get(copy);
    return Base64.getEncoder().encodeToString(copy);
  }
}

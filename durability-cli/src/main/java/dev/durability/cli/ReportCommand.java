package dev.durability.cli;

import dev.durability.log.LogReport;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code durability report}. */
final class ReportCommand implements Command {
  private static final String HTML = "--html";
  private static final String JSON = "--json";

  /** The log is verified, and gone over once more. */
  private static final int READINGS = 2;

  /** What all entries on the page take, at most. */
  private static final long ENTRY_BYTES_MAX = 2_500_000;

  private final CommandIo io;
  private final Clock clock;

  ReportCommand(CommandIo io, Clock clock) {
    this.io = io;
    this.clock = clock;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        CommandSyntax.command(
            this,
            "report",
            "Write a page that shows a log, damaged or not.",
            "Reads all of the log in DIR and writes one HTML file: the verdict, a map of the"
                + " segments, damage with the bytes around it beside what was expected, the entries"
                + " around it as JSON, which can be searched, growth over time, and sizes. Changes"
                + " nothing in DIR; another process may be writing to the log.",
            "",
            "The page fetches nothing: send it to someone, or open it without a network. It contains"
                + " entries: whoever gets it can read them. Whatever the size of the log, it takes at"
                + " most 5 MB, and says what it leaves out.");
    spec.addPositional(CommandSyntax.directory());
    LogLocation.addOption(spec);
    spec.addOption(
        OptionSpec.builder(HTML)
            .type(String.class)
            .paramLabel("FILE")
            .required(true)
            .description("The file to write, outside of DIR. One that is there is replaced.")
            .build());
    spec.addOption(
        CommandSyntax.flag("Print what was written as one JSON object, on one line.", JSON));
    CommandSyntax.endOfHelp(
        spec,
        List.of(
            "  durability report --html report.html mylog",
            "  durability report --html report.html --json mylog | jq .problems"),
        "0",
        "the page was written, and the log is CLEAN",
        "1",
        "it was written, and the log is TORN or AMBIGUOUS: see 'durability verify --help'",
        "2",
        "it was written, and the log is CORRUPT",
        "3",
        "a segment is of another version, and the page was written; or not a log, not readable, the"
            + " file cannot be written, wrong usage");
    return spec;
  }

  @Override
  public int run(ParseResult given) throws IOException {
    Path page = Path.of(given.matchedOptionValue(HTML, ""));
    try (LogLocation location = LogLocation.of(given, io)) {
      Path path = location.isLocal() ? Path.of(location.name()) : null;
      if (path != null) {
        refuse(path);
        ArchivePlace.requireOutside(location, page.toString());
      }
      Directory log = location.forReading();
      HtmlReport.Content content;
      long bytes = READINGS * MeteredDirectory.logBytes(log);
      try (Progress progress = Progress.start(io, "report", bytes)) {
        content = look(location, new MeteredDirectory(log, progress), path);
      }
      byte[] html = HtmlReport.of(content);
      write(page, html);
      io.out()
          .write(
              given.hasMatchedOption(JSON)
                  ? json(page, html.length, content)
                  : text(page, html.length));
      io.out().flush();
      return StatsCommand.status(content.look().report());
    }
  }

  private static byte[] text(Path page, int bytes) {
    String line = "wrote " + page + ", " + StatsText.amount(bytes) + System.lineSeparator();
    return Printable.text(line).getBytes(Charset.defaultCharset());
  }

  /** Programs read its keys, so they are fixed. */
  private static byte[] json(Path page, int bytes, HtmlReport.Content content) throws IOException {
    LogReport report = content.look().report();
    Problems.Found problems = content.problems();
    return CrateReportText.json(
        json -> {
          json.writeStringField("file", page.toString());
          json.writeNumberField("bytes", bytes);
          json.writeStringField("verdict", report == null ? null : report.verdict().name());
          json.writeNumberField("problems", problems.found().size() + problems.leftOut());
        });
  }

  private static void refuse(Path log) throws IOException {
    if (Files.isRegularFile(log)) {
      throw new FileSystemException(
          log.toString(),
          null,
          "a file: report shows a log in a directory. If it is a record log, 'durability cat --json"
              + " "
              + log
              + "' prints its records");
    } else if (CrateDirectory.isIn(log)) {
      throw new FileSystemException(
          log.toString(),
          null,
          "a log of the Rust crate, of which there is no page: use 'durability stats "
              + ShellWord.of(log.toString())
              + "'");
    }
  }

  private HtmlReport.Content look(LogLocation location, Directory log, @Nullable Path path)
      throws IOException {
    LogLook look = LogLook.at(location.toString(), log, path, clock.instant());
    EntriesRead entries = new EntriesRead(log, ENTRY_BYTES_MAX);
    Problems.Found problems = Problems.in(log, look, entries);
    Problem.Entries newest = Problem.Entries.NONE;
    if (problems.found().isEmpty()) {
      long last = look.report() == null ? 0 : look.report().intact();
      newest =
          entries.read(Math.max(look.firstEntryId(), last - Problems.ENTRIES_BEFORE + 1), last);
    }
    return new HtmlReport.Content(look, problems, newest, clock.instant());
  }

  /** Under another name first: who opens the file sees all of it. */
  private static void write(Path page, byte[] html) throws IOException {
    Path beside = page.resolveSibling(page.getFileName() + ".tmp");
    try {
      Files.write(beside, html);
      Files.move(beside, page, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException failed) {
      Files.deleteIfExists(beside);
      throw failed;
    }
  }
}

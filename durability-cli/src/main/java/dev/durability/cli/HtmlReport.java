package dev.durability.cli;

import dev.durability.log.LogReport;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The page of a log. It is one file that fetches nothing. Its policy lets a browser run the one
 * script of this program alone, whatever the entries contain.
 */
final class HtmlReport {
  private static final String BEGIN = "{{";
  private static final String END = "}}";

  private HtmlReport() {}

  /**
   * All that a page shows.
   *
   * @param look the log
   * @param problems what is not as its writer left it
   * @param newest the last entries, if nothing is wrong
   * @param made when the log was looked at
   */
  record Content(LogLook look, Problems.Found problems, Problem.Entries newest, Instant made) {}

  /** Renders the page. What it may show is limited by parts, so its size is, too. */
  static byte[] of(Content content) throws IOException {
    LogLook look = content.look();
    String style = resource("report.css");
    String script = resource("report.js");
    String heading = new Html().text("Log " + look.name()).toString();
    Map<String, String> parts =
        Map.ofEntries(
            Map.entry("policy", policy(style, script)),
            Map.entry("style", style),
            Map.entry("script", script),
            Map.entry("title", heading + ": " + verdict(look)),
            Map.entry("heading", heading),
            Map.entry("summary", summary(content)),
            Map.entry("problems", HtmlProblems.problems(content.problems())),
            Map.entry("entries", HtmlProblems.entries(content)),
            Map.entry("map", HtmlMap.of(look)),
            Map.entry("growth", HtmlCharts.growth(look.contents().hours().all())),
            Map.entry("sizes", HtmlCharts.sizes(look.contents().sizes())),
            Map.entry("segments", HtmlTables.segments(look)),
            Map.entry("checkpoints", HtmlTables.checkpoints(look.checkpoints())),
            Map.entry("more", HtmlTables.more(look)),
            Map.entry("footer", footer(content.made())));
    return fill(resource("report.html"), parts).getBytes(StandardCharsets.UTF_8);
  }

  /** In one pass: what is filled in is not looked at. */
  private static String fill(String template, Map<String, String> parts) {
    StringBuilder page = new StringBuilder();
    int at = 0;
    for (int begin = template.indexOf(BEGIN); begin >= 0; begin = template.indexOf(BEGIN, at)) {
      int end = template.indexOf(END, begin);
      page.append(template, at, begin);
      page.append(Objects.requireNonNull(parts.get(template.substring(begin + 2, end))));
      at = end + END.length();
    }
    return page.append(template, at, template.length()).toString();
  }

  private static String policy(String style, String script) {
    return "default-src 'none'; style-src 'sha256-"
        + hash(style)
        + "'; script-src 'sha256-"
        + hash(script)
        + "'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'";
  }

  private static String hash(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException never) {
      throw new IllegalStateException("every JDK has SHA-256", never);
    }
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new FileNotFoundException(name + " is missing in the program");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** The name of the verdict, which is a class of the style, too. */
  private static String verdict(LogLook look) {
    return look.report() == null ? "none" : look.report().verdict().name();
  }

  private static String summary(Content content) {
    LogLook look = content.look();
    LogReport report = look.report();
    Html html = new Html().tag("<p><strong class=\"verdict ").tag(verdict(look)).tag("\">");
    html.text(report == null ? "No verdict" : report.verdict().name()).tag("</strong> ");
    html.text(meaning(look)).tag("</p>\n<dl>");
    row(html, "Reason", report == null ? look.unjudged() : report.reason());
    if (report != null && report.checksum() != null) {
      row(html, "Checksum", ReportText.of(report.checksum()));
    }
    if (report != null && report.cut() != null) {
      row(html, "Cut", report.cut().file() + " at offset " + report.cut().offset());
    }
    if (report != null) {
      row(html, "Intact", "up to entry " + report.intact());
      row(html, "Covered", "up to entry " + report.covered() + " by a checkpoint");
      row(html, "Promised", "up to entry " + report.promised());
    }
    row(html, "Entries", StatsText.entriesOf(look));
    List<String> lost = StatsText.lostOf(look);
    row(html, "Lost", lost.isEmpty() ? null : String.join(", ", lost));
    row(html, "Time", StatsText.times(look.contents().hours()));
    row(html, "Log id", look.logId() == null ? null : look.logId().toString());
    if (look.outlook() != null) {
      row(html, "Disk", StatsText.diskOf(look.outlook()));
      row(html, "Full", StatsText.fullOf(look.outlook()));
    }
    return html.tag("</dl>").toString();
  }

  private static void row(Html html, String name, @Nullable String value) {
    if (value != null) {
      html.tag("<dt>").text(name).tag("</dt><dd>").text(value).tag("</dd>\n");
    }
  }

  private static String meaning(LogLook look) {
    LogReport report = look.report();
    if (report == null) {
      return "A segment of another version keeps it from being found.";
    }
    return switch (report.verdict()) {
      case CLEAN ->
          look.isDamagedAndOpens()
              ? "The log opens. Segments are damaged that opening does not read, since a checkpoint"
                  + " contains their entries: copy the directory, and see 'durability explain'."
              : "All is whole.";
      case TORN ->
          "The end was being written when a crash came. Opening cuts it off, and nothing"
              + " acknowledged is lost.";
      case AMBIGUOUS ->
          "The end was being written when a crash came, and blocks after the cut were stored out of"
              + " order. Opening cuts it off, and nothing acknowledged is lost.";
      case CORRUPT ->
          "Something that was promised to be durable is damaged or missing. Opening refuses the log"
              + " and changes nothing. Copy the directory as it is before you do anything.";
    };
  }

  private static String footer(Instant made) {
    return new Html()
        .text("Made by durability report at " + StatsText.time(made) + ". Times are UTC.")
        .toString();
  }
}

package dev.durability.cli;

import dev.durability.codec.Schema;
import dev.durability.log.SchemaRange;
import dev.durability.storage.QuarantinedFile;
import java.util.List;
import java.util.Locale;

/** The tables of a page. A wide one scrolls in its own frame, which the keyboard reaches. */
final class HtmlTables {
  /** How many rows a table has. */
  static final int ROWS_MAX = 200;

  private static final int CELL_CHARACTERS = 500;

  /** Cells that begin with it are numbers. */
  private static final String NUMBER = "*";

  /** Cells that begin with it may be long. */
  private static final String FREE = "~";

  private HtmlTables() {}

  /** Begins a table, up to its first row. */
  static void begin(Html html, String caption, String... names) {
    html.tag("<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"").text(caption);
    html.tag("\"><table><caption>").text(caption).tag("</caption><thead><tr>");
    for (String name : names) {
      boolean isNumber = name.startsWith(NUMBER);
      html.tag(isNumber ? "<th scope=\"col\" class=\"number\">" : "<th scope=\"col\">");
      html.text(isNumber ? name.substring(1) : name).tag("</th>");
    }
    html.tag("</tr></thead><tbody>\n");
  }

  static void row(Html html, String... cells) {
    html.tag("<tr>");
    cells(html, cells);
    html.tag("</tr>\n");
  }

  private static void cells(Html html, String... cells) {
    for (String cell : cells) {
      boolean isNumber = cell.startsWith(NUMBER);
      boolean isFree = cell.startsWith(FREE);
      html.tag(isNumber ? "<td class=\"number\">" : isFree ? "<td class=\"free\">" : "<td>");
      html.text(shortened(isNumber || isFree ? cell.substring(1) : cell)).tag("</td>");
    }
  }

  private static String shortened(String text) {
    return text.length() <= CELL_CHARACTERS ? text : text.substring(0, CELL_CHARACTERS) + "…";
  }

  private static String end(Html html, int count) {
    html.tag("</tbody></table></div>");
    if (count > ROWS_MAX) {
      html.tag("<p class=\"note\">").text(count - ROWS_MAX + " more are left out.").tag("</p>");
    }
    return html.toString();
  }

  static String segments(LogLook look) {
    SegmentsShown shown = SegmentsShown.of(look.contents().segments());
    Html html = new Html();
    begin(html, "Segments", "*Number", "Entries", "*Bytes", "*Marks", "From", "To", "What to know");
    for (LogContents.SegmentLook each : shown.segments()) {
      html.tag("<tr id=\"segment-").text(each.info().segmentId()).tag("\">");
      cells(
          html,
          NUMBER + each.info().segmentId(),
          StatsText.rangeOf(each),
          NUMBER + each.info().bytes(),
          NUMBER + each.marks().count(),
          each.info().created() == null ? "" : StatsText.time(each.info().created()),
          each.end() == null ? "" : StatsText.time(each.end().lastClock()),
          FREE + String.join("; ", SegmentNotes.of(look, each)));
      html.tag("</tr>\n");
    }
    html.tag("</tbody></table></div>");
    return html.tag("<p class=\"note\">").text(shown.note()).tag("</p>").toString();
  }

  static String checkpoints(List<CheckpointLook> all) {
    if (all.isEmpty()) {
      return "<p>The log knows of no checkpoint.</p>";
    }
    Html html = new Html();
    begin(html, "Checkpoints", "*Up to entry", "State", "*Bytes", "File", "What to know");
    for (CheckpointLook each : all.subList(0, Math.min(ROWS_MAX, all.size()))) {
      row(
          html,
          NUMBER + each.lastEntryId(),
          each.state().name().toLowerCase(Locale.ROOT),
          NUMBER + each.bytes(),
          FREE + each.path(),
          FREE + each.reason());
    }
    return end(html, all.size());
  }

  static String more(LogLook look) {
    Html html = new Html().tag("<h3>Schemas</h3>\n");
    html.tag(schemas(look.schemas())).tag("<h3>Quarantine</h3>\n");
    html.tag(quarantine(look.kept())).tag("<h3>Lock</h3>\n<p>");
    return html.text(StatsText.lockOf(look)).tag("</p>").toString();
  }

  private static String schemas(List<SchemaRange> all) {
    if (all.isEmpty()) {
      return "<p>No schema is known.</p>\n";
    }
    Html html = new Html();
    begin(html, "Schemas", "*From entry", "Media type", "*Bytes");
    for (SchemaRange each : all.subList(0, Math.min(ROWS_MAX, all.size()))) {
      Schema schema = each.schema().orElse(null);
      row(
          html,
          NUMBER + each.firstEntryId(),
          FREE + (schema == null ? "none" : schema.mediaType()),
          schema == null ? "" : NUMBER + schema.descriptor().remaining());
    }
    return end(html, all.size());
  }

  private static String quarantine(List<QuarantinedFile> all) {
    if (all.isEmpty()) {
      return "<p>No opening cut anything off.</p>\n";
    }
    Html html = new Html();
    begin(html, "Quarantine", "File", "*Bytes", "Cut off", "*At offset");
    for (QuarantinedFile each : all.subList(0, Math.min(ROWS_MAX, all.size()))) {
      Quarantined cut = Quarantined.of(each);
      row(
          html,
          FREE + each.path(),
          NUMBER + each.bytes(),
          FREE + cut.file(),
          NUMBER + cut.offset());
    }
    return end(html, all.size());
  }
}

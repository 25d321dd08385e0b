package dev.durability.cli;

import java.util.Locale;

/** What is wrong with a log, with the bytes around it, and the entries around that. */
final class HtmlProblems {
  /** So that a line of a dump fits a telephone. */
  private static final int LINE_BYTES = 8;

  private HtmlProblems() {}

  static String problems(Problems.Found problems) {
    Html html = new Html();
    if (problems.found().isEmpty()) {
      return html.tag("<p>None.</p>").toString();
    }
    for (int i = 0; i < problems.found().size(); i++) {
      problem(html, i + 1, problems.found().get(i));
    }
    if (problems.leftOut() > 0) {
      html.tag("<p class=\"note\">").text(problems.leftOut()).tag(" more are left out.</p>");
    }
    return html.toString();
  }

  private static void problem(Html html, int number, Problem problem) {
    html.tag("<article aria-labelledby=\"problem-").text(number).tag("\"><h3 id=\"problem-");
    html.text(number).tag("\">").text(number + ". " + problem.title()).tag("</h3>\n<p>");
    html.text(problem.text()).tag("</p>\n");
    if (!problem.file().isEmpty()) {
      html.tag("<p>").text(problem.file() + " at offset " + problem.offset()).tag("</p>\n");
    }
    if (!problem.fields().isEmpty()) {
      fields(html, problem);
    }
    if (problem.dump() != null) {
      dump(html, problem, problem.dump());
    }
    if (!problem.entriesBefore().all().isEmpty() || !problem.entriesAfter().all().isEmpty()) {
      html.tag("<p><a href=\"#around-").text(number).tag("\">");
      html.text("Entries around problem " + number).tag("</a></p>\n");
    }
    html.tag("</article>\n");
  }

  private static void fields(Html html, Problem problem) {
    HtmlTables.begin(
        html, "What stands at offset " + problem.offset(), "Field", "Expected", "Found", "");
    for (FrameLook.Field each : problem.fields()) {
      html.tag("<tr><th scope=\"row\">").text(each.name()).tag("</th><td>");
      html.text(each.expected()).tag(each.fits() ? "</td><td>" : "</td><td class=\"wrong\">");
      html.text(each.found()).tag("</td><td>").tag(each.fits() ? "fits" : "differs");
      html.tag("</td></tr>\n");
    }
    html.tag("</tbody></table></div>\n");
  }

  /** The bytes from the problem on are marked. */
  private static void dump(Html html, Problem problem, Problem.Dump dump) {
    html.tag("<p class=\"note\">Bytes around it. Those from offset ").text(problem.offset());
    html.tag(" on are marked.</p>\n");
    html.tag("<pre class=\"hex\" tabindex=\"0\" role=\"region\" aria-label=\"");
    html.text("Bytes around offset " + problem.offset() + ", in hexadecimal").tag("\">");
    byte[] bytes = dump.bytes();
    for (int line = 0; line < bytes.length; line += LINE_BYTES) {
      html.text(String.format(Locale.ROOT, "%08x  ", dump.from() + line));
      int end = Math.min(bytes.length, line + LINE_BYTES);
      int marked = (int) Math.max(line, Math.min(end, problem.offset() - dump.from()));
      html.text(HexDump.hex(bytes, line, marked));
      mark(html, HexDump.hex(bytes, marked, end));
      html.text("   ".repeat(line + LINE_BYTES - end)).tag(" ");
      html.text(HexDump.ascii(bytes, line, marked));
      mark(html, HexDump.ascii(bytes, marked, end));
      html.tag("\n");
    }
    html.tag("</pre>\n");
  }

  private static void mark(Html html, String text) {
    if (!text.isEmpty()) {
      html.tag("<mark>").text(text).tag("</mark>");
    }
  }

  /** The entries around each problem; if there is none, the newest ones. */
  static String entries(HtmlReport.Content content) {
    Html html = new Html();
    int number = 0;
    for (Problem each : content.problems().found()) {
      number++;
      if (each.entriesBefore().all().isEmpty() && each.entriesAfter().all().isEmpty()) {
        continue;
      }
      html.tag("<div id=\"around-").text(number).tag("\" tabindex=\"-1\">\n");
      group(html, "Before problem " + number + ": " + each.title(), each.entriesBefore());
      group(html, "After problem " + number, each.entriesAfter());
      html.tag("</div>\n");
    }
    group(html, "The newest entries", content.newest());
    return html.length() == 0 ? "<p>None is shown.</p>" : html.toString();
  }

  private static void group(Html html, String title, Problem.Entries entries) {
    if (entries.all().isEmpty() && entries.note().isEmpty()) {
      return;
    }
    html.tag("<details class=\"group\" open><summary>").text(title + ", " + entries.all().size());
    html.tag(entries.all().size() == 1 ? " entry" : " entries");
    html.tag("</summary>\n<ol class=\"entries\">\n");
    for (Problem.Shown each : entries.all()) {
      html.tag("<li><span class=\"id\">").text(each.id()).tag("</span> <code>").text(each.text());
      html.tag("</code>");
      if (each.bytesOfAll() > 0) {
        html.tag(" <span class=\"note\">");
        html.text("the beginning of " + StatsText.amount(each.bytesOfAll())).tag("</span>");
      }
      html.tag("</li>\n");
    }
    html.tag("</ol>\n");
    if (!entries.note().isEmpty()) {
      html.tag("<p class=\"note\">").text(entries.note()).tag("</p>\n");
    }
    html.tag("</details>\n");
  }
}

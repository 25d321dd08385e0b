package dev.durability.cli;

import java.util.List;

/** Growth over time, and sizes of entries: drawn, and as tables. */
final class HtmlCharts {
  private static final double WIDTH = 1000;
  private static final double HEIGHT = 200;

  private HtmlCharts() {}

  static String growth(List<EntryHours.Hour> hours) {
    Html html = new Html();
    if (hours.isEmpty()) {
      return html.tag("<p>There are no entries with a time.</p>").toString();
    }
    long first = hours.get(0).begin().getEpochSecond();
    double seconds = hours.get(hours.size() - 1).begin().getEpochSecond() - first + 3600.0;
    long all = hours.stream().mapToLong(EntryHours.Hour::fileBytes).sum();
    long most = hours.stream().mapToLong(EntryHours.Hour::fileBytes).max().orElse(1);
    html.tag("<div class=\"chart\"><p><span>")
        .text("The line is the sum, " + StatsText.amount(all))
        .tag("</span><span>")
        .text("A bar is an hour, at most " + StatsText.amount(most))
        .tag("</span></p>\n<svg viewBox=\"0 0 1000 200\" preserveAspectRatio=\"none\"")
        .tag(" role=\"img\" aria-label=\"Growth by hours. The table below says the same.\">");
    StringBuilder curve = new StringBuilder("M0 200");
    double sum = 0;
    for (EntryHours.Hour each : hours) {
      double x = (each.begin().getEpochSecond() - first) / seconds * WIDTH;
      double height = (double) each.fileBytes() / Math.max(1, most) * HEIGHT;
      html.tag("<rect class=\"bar\" x=\"").number(x).tag("\" y=\"").number(HEIGHT - height);
      html.tag("\" width=\"").number(3600 / seconds * WIDTH);
      html.tag("\" height=\"").number(height).tag("\"/>");
      curve.append(point(x, sum / Math.max(1, all)));
      sum += each.fileBytes();
      curve.append(point(x + 3600 / seconds * WIDTH, sum / Math.max(1, all)));
    }
    html.tag("<path class=\"curve\" d=\"").text(curve.toString()).tag("\"/></svg>\n<p><span>");
    html.text(StatsText.time(hours.get(0).begin())).tag("</span><span>");
    html.text(StatsText.time(hours.get(hours.size() - 1).begin().plusSeconds(3600)));
    html.tag("</span></p></div>\n<details><summary>Growth as a table</summary>");
    HtmlTables.begin(html, "Entries per hour", "Hour, UTC", "*Entries", "*Payload", "*In files");
    for (EntryHours.Hour each : hours) {
      HtmlTables.row(
          html,
          each.begin().toString(),
          "*" + each.entries(),
          "*" + StatsText.amount(each.payloadBytes()),
          "*" + StatsText.amount(each.fileBytes()));
    }
    return html.tag("</tbody></table></div></details>").toString();
  }

  private static String point(double x, double part) {
    return new Html().tag("L").number(x).tag(" ").number(HEIGHT * (1 - part)).toString();
  }

  static String sizes(SizeClasses sizes) {
    List<SizeClasses.SizeClass> used = sizes.used();
    Html html = new Html();
    if (used.isEmpty()) {
      return html.tag("<p>There are no entries.</p>").toString();
    }
    long most = used.stream().mapToLong(SizeClasses.SizeClass::entries).max().orElse(1);
    HtmlTables.begin(html, "Entries by their payload", "Bytes", "*Entries", "*Payload", "Share");
    for (SizeClasses.SizeClass each : used) {
      html.tag("<tr><td class=\"number\">").text(each.from() + " to " + each.to());
      html.tag("</td><td class=\"number\">").text(each.entries());
      html.tag("</td><td class=\"number\">").text(StatsText.amount(each.bytes()));
      html.tag("</td><td class=\"bar\"><svg viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\"")
          .tag(" aria-hidden=\"true\" focusable=\"false\"><rect class=\"good\" y=\"0\" width=\"");
      html.number(WIDTH * each.entries() / most).tag("\" height=\"10\"/></svg></td></tr>\n");
    }
    return html.tag("</tbody></table></div>").toString();
  }
}

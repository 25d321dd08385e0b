package dev.durability.cli;

import dev.durability.log.SegmentEnd;
import dev.durability.log.SegmentInfo;
import java.util.ArrayList;
import java.util.List;

/** The segments of a log, drawn to scale, below one another. */
final class HtmlMap {
  /** How wide a drawing is, in its own units. */
  private static final double WIDTH = 1000;

  /** Damage of a few bytes is this wide, or nobody would see it. */
  private static final double DAMAGE_WIDTH = 6;

  private HtmlMap() {}

  static String of(LogLook look) {
    List<LogContents.SegmentLook> all = look.contents().segments();
    SegmentsShown shown = SegmentsShown.of(all);
    long largest = all.stream().mapToLong(each -> each.info().bytes()).max().orElse(1);
    Html html = new Html();
    legend(html);
    html.tag("<p class=\"note\">")
        .text("The whole width is " + StatsText.amount(largest) + ". " + shown.note())
        .tag("</p>\n<ol class=\"map\">\n");
    for (LogContents.SegmentLook each : shown.segments()) {
      segment(html, look, each, largest);
    }
    return html.tag("</ol>").toString();
  }

  private static void legend(Html html) {
    html.tag("<ul class=\"legend\">");
    for (String[] each :
        new String[][] {
          {"good", "entries and marks"},
          {"bad hatched", "torn or damaged"},
          {"void hatched", "cut off by the owner"},
          {"free", "zeros"}
        }) {
      html.tag("<li><svg viewBox=\"0 0 24 14\" aria-hidden=\"true\" focusable=\"false\">");
      rectangle(html, each[0], 0, 24, 14);
      html.tag("</svg> ").text(each[1]).tag("</li>");
    }
    html.tag("<li><svg viewBox=\"0 0 24 14\" aria-hidden=\"true\" focusable=\"false\">")
        .tag("<path class=\"mark\" d=\"M6 7V14M12 7V14M18 7V14\"/></svg> marks</li>")
        .tag("<li><svg viewBox=\"0 0 24 14\" aria-hidden=\"true\" focusable=\"false\">")
        .tag("<path class=\"point\" d=\"M12 0V14\"/></svg> end of a checkpoint</li></ul>\n");
  }

  private static void segment(
      Html html, LogLook look, LogContents.SegmentLook segment, long largest) {
    SegmentInfo info = segment.info();
    double scale = WIDTH / Math.max(1, largest);
    html.tag("<li><a href=\"#segment-").text(info.segmentId()).tag("\">");
    html.text("Segment " + info.segmentId()).tag("</a> ");
    html.text(StatsText.rangeOf(segment) + ", " + StatsText.amount(info.bytes()));
    for (String note : SegmentNotes.of(look, segment)) {
      html.tag("<br><span class=\"note\">").text(note).tag("</span>");
    }
    html.tag("<svg viewBox=\"0 0 1000 20\" preserveAspectRatio=\"none\"")
        .tag(" aria-hidden=\"true\" focusable=\"false\">");
    SegmentEnd end = segment.end();
    if (end == null) {
      String kind = info.state() == SegmentInfo.State.VOID ? "void hatched" : "bad hatched";
      rectangle(html, kind, 0, info.bytes() * scale, 20);
    } else {
      inside(html, segment, end, scale);
      for (double at : ends(info, end, look.checkpoints(), scale)) {
        html.tag("<path class=\"point\" d=\"M").number(at).tag(" 0V20\"/>");
      }
    }
    html.tag("</svg></li>\n");
  }

  private static void inside(
      Html html, LogContents.SegmentLook segment, SegmentEnd end, double scale) {
    long bytes = segment.info().bytes();
    rectangle(html, "free", 0, bytes * scale, 20);
    rectangle(html, "good", 0, Math.min(end.offset(), bytes) * scale, 20);
    if (end.leftBytes() > 0) {
      rectangle(
          html,
          end.isCut() ? "void hatched" : "bad hatched",
          Math.min(end.offset() * scale, WIDTH - DAMAGE_WIDTH),
          Math.max(DAMAGE_WIDTH, end.leftBytes() * scale),
          20);
    }
    html.tag("<path class=\"mark\" d=\"");
    for (int place = 0; place < MarkPlaces.PLACES; place++) {
      if (segment.marks().isIn(place)) {
        html.tag("M").number((place + 0.5) / MarkPlaces.PLACES * bytes * scale).tag(" 12V20");
      }
    }
    html.tag("\"/>");
  }

  /** A shape with a pattern needs the colour below it. */
  private static void rectangle(Html html, String kind, double x, double width, int height) {
    for (String each : kind.split(" ", -1)) {
      html.tag("<rect class=\"").tag(each).tag("\" x=\"").number(x);
      html.tag("\" y=\"0\" width=\"").number(width).tag("\" height=\"").text(height).tag("\"/>");
    }
  }

  /** Where checkpoints end, as if all entries of the segment had one size. */
  private static List<Double> ends(
      SegmentInfo info, SegmentEnd end, List<CheckpointLook> checkpoints, double scale) {
    List<Double> ends = new ArrayList<>();
    double entries = (double) Math.max(1, end.lastEntryId() - info.firstEntryId() + 1);
    for (CheckpointLook each : checkpoints) {
      long last = each.lastEntryId();
      if (last >= info.firstEntryId()
          && last <= end.lastEntryId()
          && ends.size() < HtmlTables.ROWS_MAX) {
        ends.add((last - info.firstEntryId() + 1) / entries * end.offset() * scale);
      }
    }
    return ends;
  }
}

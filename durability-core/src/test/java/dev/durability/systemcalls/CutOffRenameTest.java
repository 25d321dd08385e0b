package dev.durability.systemcalls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.frame.FileType;
import dev.durability.frame.FrameKind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A process is killed in the rename that gives a second segment its name, and another one goes on.
 * Whether the rename happened shows only in what that one does.
 */
class CutOffRenameTest {
  private static final String SPARE = "wal/spare.tmp";
  private static final String FIRST = TraceBuilder.segment(1, 1);
  private static final String SECOND = TraceBuilder.segment(2, 2);

  /** One entry, END, and a second segment, which is about to get its name. */
  private static TraceBuilder killed() {
    return new TraceBuilder()
        .create("wal/1.tmp")
        .header("wal/1.tmp", FileType.SEGMENT, 1, 1)
        .sync("wal/1.tmp")
        .rename("wal/1.tmp", FIRST)
        .sync("wal")
        .entry(FIRST, 1)
        .promise(FIRST, FrameKind.END, 2, 0)
        .sync(FIRST)
        .create(SPARE)
        .header(SPARE, FileType.SEGMENT, 2, 2)
        .sync(SPARE)
        .rename(SPARE, SECOND);
  }

  /** The name of the second segment is not there: its file is removed, and the tail is written. */
  private static TraceBuilder nextWithoutTheName() {
    return new TraceBuilder()
        .delete(SPARE)
        .cut(FIRST, 64)
        .sync(FIRST)
        .entry(FIRST, 1)
        .promise(FIRST, FrameKind.END, 2, 0)
        .sync(FIRST)
        .create("wal/2.tmp")
        .header("wal/2.tmp", FileType.SEGMENT, 2, 2)
        .sync("wal/2.tmp")
        .rename("wal/2.tmp", SECOND)
        .sync("wal")
        .entry(SECOND, 2)
        .sync(SECOND)
        .say("acknowledged 2")
        .create(SPARE)
        .delete(SPARE);
  }

  /** The name is there: the second segment goes on. */
  private static TraceBuilder nextWithTheName() {
    return new TraceBuilder()
        .cut(SECOND, 64)
        .sync(SECOND)
        .entry(SECOND, 2)
        .sync(SECOND)
        .sync("wal")
        .say("acknowledged 2")
        .create(SPARE)
        .delete(SPARE);
  }

  private static TraceBuilder writesTheSegmentBefore() {
    return nextWithTheName().cut(FIRST, 64).sync(FIRST).entry(FIRST, 1).sync(FIRST);
  }

  private static List<List<String>> traces(TraceBuilder killed, TraceBuilder next, String end) {
    List<String> lines = new ArrayList<>(killed.lines(7));
    int last = lines.size() - 1;
    lines.set(last, lines.get(last).replace(") = 0", end));
    return List.of(lines, next.lines(8));
  }

  private static List<String> violations(List<List<String>> traces) {
    return WriteOrder.violations(TraceBuilder.ROOT, StraceOutput.read(TraceBuilder.ROOT, traces));
  }

  private static List<String> violations(TraceBuilder killed, TraceBuilder next, String end) {
    return violations(traces(killed, next, end));
  }

  @Test
  void processAfterItMayRewriteTheSegmentBeforeIfTheNameIsNotThere() {
    for (String end : List.of(" <unfinished ...>", " <detached ...>", ") = ?")) {
      assertThat(violations(killed(), nextWithoutTheName(), end)).as(end).isEmpty();
    }
  }

  @Test
  void processAfterItGoesOnInTheSecondSegmentIfTheNameIsThere() {
    for (String end : List.of(" <unfinished ...>", " <detached ...>", ") = ?")) {
      assertThat(violations(killed(), nextWithTheName(), end)).as(end).isEmpty();
    }
  }

  @Test
  void renameThatStraceWroteDownTwiceChangesNothing() {
    for (TraceBuilder next : List.of(nextWithoutTheName(), nextWithTheName())) {
      List<List<String>> traces = traces(killed(), next, " <unfinished ...>");
      List<String> twice = new ArrayList<>(traces.get(0));
      twice.add(twice.get(twice.size() - 1).replace("unfinished", "detached"));
      assertThat(violations(List.of(twice, traces.get(1)))).isEmpty();
    }
  }

  @Test
  void segmentBeforeIsNotWrittenIfTheNameIsThere() {
    TraceBuilder next = writesTheSegmentBefore();
    assertThat(violations(killed(), next, ") = ?"))
        .singleElement()
        .asString()
        .contains("the segment before is not synced");
  }

  @Test
  void cutOffRenameThatCameTooEarlyIsFoundIfItHappened() {
    TraceBuilder early =
        new TraceBuilder()
            .create("wal/1.tmp")
            .header("wal/1.tmp", FileType.SEGMENT, 1, 1)
            .sync("wal/1.tmp")
            .rename("wal/1.tmp", FIRST)
            .sync("wal")
            .entry(FIRST, 1)
            .create(SPARE)
            .header(SPARE, FileType.SEGMENT, 2, 2)
            .sync(SPARE)
            .rename(SPARE, SECOND);
    assertThat(violations(early, nextWithTheName(), ") = ?"))
        .anyMatch(each -> each.contains("the segment before is not synced"));
  }

  @Test
  void excerptShowsTheLinesAroundEachThatIsNamedInCharactersThatCanBeRead() {
    TraceBuilder next = writesTheSegmentBefore();
    List<List<String>> traces = traces(killed(), next, ") = ?");
    List<String> lines = TraceExcerpt.around(violations(traces), traces).lines().toList();
    assertThat(lines)
        .contains("12: 7  rename(\"/log/wal/spare.tmp\", \"/log/" + SECOND + "\") = ?")
        .contains("24: 8  fdatasync(5</log/" + FIRST + ">) = 0")
        .endsWith("end of a trace");
    assertThat(TraceExcerpt.around(List.of(), traces)).isEmpty();
    assertThat(lines.stream().filter(line -> line.contains(": ")))
        .extracting(line -> Integer.parseInt(line.substring(0, line.indexOf(':'))))
        .containsExactlyElementsOf(IntStream.rangeClosed(6, 24).boxed().toList());
  }
}

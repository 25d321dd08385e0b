package dev.durability.systemcalls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.frame.FileType;
import dev.durability.frame.FrameKind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each rule holds for a good trace, and fails for one that lacks a step or has it too late. */
class WriteOrderTest {
  private static final String FIRST = TraceBuilder.segment(1, 1);
  private static final String SECOND = TraceBuilder.segment(2, 3);
  private static final String CHECKPOINT = TraceBuilder.checkpoint(2);

  private record Step(String name, Consumer<TraceBuilder> calls) {}

  /** Two entries, a checkpoint, rotation to a segment that starts with the marker, truncation. */
  private static List<Step> good() {
    List<Step> steps = new ArrayList<>();
    steps.add(new Step("make wal", t -> t.makeDirectory("wal")));
    steps.add(new Step("sync of the root for wal", t -> t.sync("")));
    steps.add(new Step("create 1", t -> t.create("wal/1.tmp")));
    steps.add(new Step("header 1", t -> t.header("wal/1.tmp", FileType.SEGMENT, 1, 1)));
    steps.add(new Step("sync of header 1", t -> t.sync("wal/1.tmp")));
    steps.add(new Step("name 1", t -> t.rename("wal/1.tmp", FIRST)));
    steps.add(new Step("sync of name 1", t -> t.sync("wal")));
    steps.add(new Step("entries", t -> t.entry(FIRST, 1).entry(FIRST, 2)));
    steps.add(new Step("sync of entries", t -> t.sync(FIRST)));
    steps.add(new Step("acknowledged", t -> t.say("acknowledged 2")));
    steps.add(new Step("make checkpoints", t -> t.makeDirectory("checkpoints")));
    steps.add(new Step("sync of the root for checkpoints", t -> t.sync("")));
    steps.add(new Step("create c", t -> t.create("checkpoints/c.tmp")));
    steps.add(new Step("content", t -> t.header("checkpoints/c.tmp", FileType.CHECKPOINT, 0, 2)));
    steps.add(new Step("sync of content", t -> t.sync("checkpoints/c.tmp")));
    steps.add(new Step("name c", t -> t.rename("checkpoints/c.tmp", CHECKPOINT)));
    steps.add(new Step("sync of name c", t -> t.sync("checkpoints")));
    steps.add(new Step("end", t -> t.promise(FIRST, FrameKind.END, 3, 2)));
    steps.add(new Step("sync of end", t -> t.sync(FIRST)));
    steps.add(new Step("create 2", t -> t.create("wal/2.tmp")));
    steps.add(new Step("header 2", t -> t.header("wal/2.tmp", FileType.SEGMENT, 2, 3)));
    steps.add(new Step("sync of header 2", t -> t.sync("wal/2.tmp")));
    steps.add(new Step("name 2", t -> t.rename("wal/2.tmp", SECOND)));
    steps.add(new Step("sync of name 2", t -> t.sync("wal")));
    steps.add(new Step("marker", t -> t.marker(SECOND, 3, 2, CHECKPOINT)));
    steps.add(new Step("sync of marker", t -> t.sync(SECOND)));
    steps.add(new Step("removal", t -> t.delete(FIRST)));
    steps.add(new Step("sync of removal", t -> t.sync("wal")));
    steps.add(new Step("published", t -> t.say("published 2")));
    steps.add(new Step("entry 3", t -> t.entry(SECOND, 3)));
    steps.add(new Step("sync of entry 3", t -> t.sync(SECOND)));
    steps.add(new Step("mark", t -> t.promise(SECOND, FrameKind.MARK, 4, 3)));
    return steps;
  }

  private static List<String> violations(List<Step> steps) {
    TraceBuilder trace = new TraceBuilder();
    steps.forEach(step -> step.calls().accept(trace));
    return WriteOrder.violations(TraceBuilder.ROOT, trace.calls());
  }

  private static int indexOf(List<Step> steps, String name) {
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i).name().equals(name)) {
        return i;
      }
    }
    throw new IllegalArgumentException(name);
  }

  @Test
  void goodTraceBreaksNoRule() {
    assertThat(violations(good())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sync of the root for wal         | used before it is synced into its parent",
        "sync of the root for checkpoints | used before it is synced into its parent",
        "sync of header 1                 | its header is not synced before it gets its name",
        "header 1                         | its header is not synced before it gets its name",
        "sync of name 1                   | acknowledged before they and their file's name",
        "sync of entries                  | acknowledged before they and their file's name",
        "sync of entries                  | entries up to 2 are promised before they are synced",
        "sync of content                  | its content is not synced before it gets its name",
        "sync of name c                   | before that and its name are synced",
        "name c                           | before that and its name are synced",
        "sync of end                      | the segment before is not synced",
        "sync of header 2                 | its header is not synced before it gets its name",
        "sync of name 2                   | no marker that is synced covers its entries",
        "sync of marker                   | no marker that is synced covers its entries",
        "sync of marker                   | published before its marker is synced",
        "sync of entry 3                  | entries up to 3 are promised before they are synced",
        "sync of removal                  | its directory is not synced before the publishing",
      })
  void stepThatIsMissingBreaksTheRule(String step, String rule) {
    List<Step> steps = good();
    steps.remove(indexOf(steps, step));
    assertThat(violations(steps)).anyMatch(each -> each.contains(rule));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sync of header 1 | name 1       | its header is not synced before it gets its name",
        "sync of name 1   | acknowledged | acknowledged before they and their file's name",
        "sync of entries  | acknowledged | acknowledged before they and their file's name",
        "sync of content  | name c       | its content is not synced before it gets its name",
        "sync of name c   | marker       | before that and its name are synced",
        "sync of end      | name 2       | the segment before is not synced",
        "sync of name 1   | name 2       | its header promises the entries before it",
        "sync of marker   | removal      | no marker that is synced covers its entries",
        "sync of entry 3  | mark         | entries up to 3 are promised before they are synced",
        "sync of removal  | published    | its directory is not synced before the publishing",
      })
  void stepThatComesTooLateBreaksTheRule(String step, String behind, String rule) {
    List<Step> steps = good();
    Step late = steps.remove(indexOf(steps, step));
    steps.add(indexOf(steps, behind) + 1, late);
    assertThat(violations(steps)).anyMatch(each -> each.contains(rule));
  }

  @Test
  void syncsOfTwoThreadsMayOverlapBeforeTheAcknowledgement() {
    TraceBuilder trace = started().during(3).sync("wal").entry(FIRST, 1);
    trace.during(2).sync(FIRST).say("something else").say("of another thread");
    assertThat(of(trace.say("acknowledged 1"))).isEmpty();
  }

  @Test
  void syncThatHasNotReturnedDoesNotCount() {
    TraceBuilder trace = started().sync("wal").entry(FIRST, 1);
    trace.during(2).sync(FIRST).say("acknowledged 1");
    assertThat(of(trace)).singleElement().asString().contains("are acknowledged before");
  }

  @Test
  void syncThatBeganBeforeTheWriteReturnedDoesNotCount() {
    TraceBuilder trace = started().sync("wal").during(1).entry(FIRST, 1).sync(FIRST);
    assertThat(of(trace.say("acknowledged 1")))
        .singleElement()
        .asString()
        .contains("are acknowledged before");
  }

  @Test
  void entryThatWasNeverWrittenIsNotAcknowledged() {
    TraceBuilder trace = started().sync("wal").entry(FIRST, 1).sync(FIRST);
    assertThat(of(trace.say("acknowledged 2")))
        .singleElement()
        .asString()
        .contains("up to 2 are acknowledged before");
  }

  @Test
  void writeBehindACutNeedsTheCutSynced() {
    TraceBuilder trace = started().sync("wal").entry(FIRST, 1).entry(FIRST, 2).cut(FIRST, 64);
    assertThat(of(trace.entry(FIRST, 1)))
        .singleElement()
        .asString()
        .contains("the cut before is not synced");
    trace = started().sync("wal").entry(FIRST, 1).entry(FIRST, 2).cut(FIRST, 64).sync(FIRST);
    assertThat(of(trace.entry(FIRST, 1))).isEmpty();
  }

  /** A death between the cut and its sync: whoever opens the log writes again what is left. */
  @Test
  void whatACutLeftIsWrittenAgainBeforeTheCutIsSynced() {
    TraceBuilder trace = started().sync("wal").entry(FIRST, 1);
    long end = trace.end(FIRST);
    trace.cut(FIRST, end).backTo(FIRST, 64).entry(FIRST, 1);
    assertThat(of(trace)).isEmpty();
    assertThat(of(trace.entry(FIRST, 2)))
        .singleElement()
        .asString()
        .contains("the cut before is not synced");
  }

  @Test
  void segmentIsNotRemovedBeforeAnOlderOne() {
    List<Step> steps = good();
    String third = TraceBuilder.segment(3, 4);
    steps.add(new Step("create 3", t -> t.create("wal/3.tmp")));
    steps.add(new Step("header 3", t -> t.header("wal/3.tmp", FileType.SEGMENT, 3, 4)));
    steps.add(new Step("sync 3", t -> t.sync("wal/3.tmp").sync(SECOND)));
    steps.add(new Step("name 3", t -> t.rename("wal/3.tmp", third).sync("wal")));
    steps.add(new Step("marker 3", t -> t.marker(third, 4, 3, "").sync(third)));
    steps.add(new Step("removal 2", t -> t.delete(SECOND)));
    assertThat(violations(steps)).isEmpty();
    Step first = steps.remove(indexOf(steps, "removal"));
    steps.add(first);
    assertThat(violations(steps)).anyMatch(each -> each.contains("an older segment is still"));
  }

  @Test
  void markerAfterAnEntryAllowsNoRemoval() {
    List<Step> steps = good();
    Step marker = steps.remove(indexOf(steps, "marker"));
    assertThat(marker.name()).isEqualTo("marker");
    steps.add(
        indexOf(steps, "sync of marker"),
        new Step("late marker", t -> t.entry(SECOND, 3).marker(SECOND, 4, 2, CHECKPOINT)));
    assertThat(violations(steps)).anyMatch(each -> each.contains("no marker that is synced"));
  }

  @Test
  void checkpointIsNotRemovedWithoutANewerOne() {
    List<Step> steps = good();
    steps.add(new Step("removal c", t -> t.delete(CHECKPOINT)));
    assertThat(violations(steps)).anyMatch(each -> each.contains("no newer checkpoint"));
  }

  @Test
  void traceThatDoesNotShowWhereAFileCameFromIsRefused() {
    TraceBuilder trace = new TraceBuilder().entry(FIRST, 1);
    assertThatThrownBy(() -> of(trace)).hasMessageContaining("does not create");
  }

  private static List<String> of(TraceBuilder trace) {
    return WriteOrder.violations(TraceBuilder.ROOT, trace.calls());
  }

  /** The first segment with its name; the directory is not synced. */
  private static TraceBuilder started() {
    return new TraceBuilder()
        .create("wal/1.tmp")
        .header("wal/1.tmp", FileType.SEGMENT, 1, 1)
        .sync("wal/1.tmp")
        .rename("wal/1.tmp", FIRST);
  }
}

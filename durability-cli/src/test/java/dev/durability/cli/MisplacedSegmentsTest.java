package dev.durability.cli;

import static dev.durability.cli.Explained.kinds;
import static dev.durability.cli.Explained.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codecs;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Segments of a log that someone renamed or moved are found by their headers, and not given up. */
class MisplacedSegmentsTest {
  @TempDir private Path tmp;
  private Path log;
  private List<Path> segments;

  @BeforeEach
  void makeLog() throws IOException {
    log = Logs.ofFourSegments(tmp.resolve("log"));
    segments = Logs.segments(log);
  }

  private String name(int index) {
    return "wal/" + segments.get(index).getFileName();
  }

  @Test
  void aRenamedSegmentIsTheCauseAndItsNewNameTheStep() throws IOException {
    Path renamed = Files.move(segments.get(1), log.resolve("wal/second of all.WAL"));

    assertThat(kinds(log)).containsExactly("MISPLACED_FILE");
    assertThat(text(log, 2))
        .startsWith("CORRUPT: " + log)
        .contains("A segment of this log is not where it belongs: wal/second of all.WAL.")
        .contains("is segment 2 of this log, from entry 2 on")
        .contains("'mv -n \"COPY/wal/second of all.WAL\" COPY/" + name(1) + "'")
        .contains("If mending helps: nothing. If not: without a backup: entry 2.")
        .doesNotContain("was lost or removed");
    Files.move(renamed, segments.get(1));
    assertThat(kinds(log)).containsExactly("NOTHING");
  }

  @Test
  void oneInADirectoryBelowIsFoundAndWhatElseIsLostIsTold() throws IOException {
    Path old = Files.createDirectories(log.resolve("old/of/monday"));
    Files.move(segments.get(1), old.resolve("a"));
    Files.delete(segments.get(2));

    assertThat(kinds(log)).containsExactly("MISPLACED_FILE", "LOST_SEGMENT");
    assertThat(text(log, 2))
        .contains("old/of/monday/a is segment 2 of this log")
        .contains(
            "It held entry 3.",
            "it will say CORRUPT, and",
            "takes out what is intact: entries 1 to 2,")
        .contains("'durability salvage COPY --to NEW'")
        .contains("If mending helps: without a backup: entry 3.");
    Run salvaged = Run.of("salvage", log, "--to", tmp.resolve("saved"));
    assertThat(salvaged.status()).isEqualTo(1);
    assertThat(salvaged.unbroken())
        .contains("entries 2 to 3: LOST", "not read, and belongs to this log by its header:")
        .contains("old/of/monday/a is segment 2 of this log")
        .matches("(?s).*is segment 2 of this log.*\nlost  .*");
  }

  @Test
  void aSegmentOfAnotherLogAndASecondCopyAreNotTheMissingOne() throws IOException {
    Path other = Logs.ofFourSegments(tmp.resolve("other"));
    Path old = Files.createDirectories(log.resolve("old"));
    Files.copy(Logs.segments(other).get(1), old.resolve("a"));
    Files.copy(segments.get(2), old.resolve("b"));
    Files.delete(segments.get(1));

    assertThat(kinds(log)).containsExactly("LOST_SEGMENT");
    assertThat(Run.of("salvage", log, "--to", tmp.resolve("saved")).out())
        .doesNotContain("belongs to this log");
  }

  @Test
  void ofALogThatOpensTheNewestOneIsPointedOut() throws IOException {
    Path old = Files.createDirectories(log.resolve("old"));
    assertThat(text(log, 0)).doesNotContain("of this log");
    Files.move(segments.get(3), old.resolve("newest"));
    assertThat(text(log, 0)).contains("old/newest is segment 4 of this log, from entry 4 on");
  }

  @Test
  void verifyAndStatsNameItToo() throws IOException {
    assertThat(Run.of("stats", log).out()).doesNotContain("misplaced");
    Files.move(segments.get(1), log.resolve("moved"));
    String name = name(1);
    assertThat(Run.of("verify", log).unbroken())
        .contains("moved is segment 2 of this log, from entry 2 on")
        .contains("'mv -n COPY/moved COPY/" + name + "' puts it back")
        .doesNotContain("from a backup");
    assertThat(Run.of("stats", log).unbroken())
        .contains("misplaced   moved is segment 2 of this log", "more        'durability explain ");
    assertThat(Run.of("stats", "--json", log).out())
        .contains("\"misplaced\":[{\"path\":\"moved\",\"name\":\"" + name + "\"}]");
  }

  /** With a checkpoint, without one, and without the directory in which they belong. */
  @Test
  void ifAllAreMovedTheyAreFound() throws Exception {
    Path second = tmp.resolve("second");
    FsDirectory directory = FsDirectory.open(second);
    try (WalWriter<byte[]> writer =
        WalWriter.open(directory, Codecs.bytes(), WalOptions.defaults())) {
      long unused = writer.append(new byte[1]);
      writer.sync();
      String path =
          Checkpoints.in(directory, Clock.systemUTC())
              .write(writer.logId(), 1, out -> out.write(new byte[100]));
      var unusedMarker = writer.appendCheckpoint(1, path);
    }
    Map<String, String> whole = Logs.content(second);
    Files.move(second.resolve("wal"), second.resolve("wal of monday"));
    Files.createDirectories(log.resolve("old"));
    for (Path each : segments) {
      Files.move(each, log.resolve("old").resolve(each.getFileName()));
    }

    assertThat(kinds(second)).containsOnly("MISPLACED_FILE").isNotEmpty();
    assertThat(text(second, 2)).contains("'mkdir COPY/wal'", "it will say CLEAN");
    Path copy = tmp.resolve("copy");
    Explained.follow(second, copy);
    assertThat(text(copy, 0)).startsWith("CLEAN");
    whole.keySet().removeIf(each -> each.contains(".lock"));
    assertThat(Logs.content(copy)).containsAllEntriesOf(whole);
    assertThat(kinds(log)).containsOnly("MISPLACED_FILE").hasSize(4);
    assertThat(text(log, 3)).contains("it will say CLEAN", "If mending helps: nothing.");
  }

  /** Its name means something to a shell. */
  @Test
  void whatTheStepsSayPutsItBack() throws Exception {
    Map<String, String> whole = Logs.content(log);
    Files.move(segments.get(1), log.resolve("wal/$HOME is \"2\" `x`.old"));
    Path copy = tmp.resolve("copy");
    Explained.follow(log, copy);
    assertThat(Logs.content(copy)).isEqualTo(whole);
  }

  /** No directory of a log takes such a name. */
  @Test
  void aNameWithABackslashIsNamedAndNotTried() throws IOException {
    Files.move(segments.get(1), log.resolve("wal/back\\slash"));
    assertThat(kinds(log)).containsExactly("LOST_SEGMENT");
    assertThat(text(log, 2)).contains("Not the log's, and read by nothing: wal/back");
  }

  /** The missing segment is there under no name, and a copy of it under that of another one. */
  @Test
  void ofTwoCopiesTheOneUnderNoNameIsPutBack() throws Exception {
    Files.copy(segments.get(1), segments.get(2), StandardCopyOption.REPLACE_EXISTING);
    Files.move(segments.get(1), log.resolve("wal/moved"));
    assertThat(text(log, 2)).contains("it will say CORRUPT");
    Path copy = tmp.resolve("copy");
    Explained.follow(log, copy);
    assertThat(kinds(copy)).containsExactlyInAnyOrder("SECOND_FILE", "LOST_SEGMENT");
  }
}

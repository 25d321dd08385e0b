package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.LockHeldException;
import dev.durability.storage.FsDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes and a real file system: SIGKILL, and one writer a log. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
@Tag("slow")
class WalProcessTest {
  @TempDir Path root;

  @Test
  void killedProcessLeavesPrefixWithEverythingThatItAcknowledged() throws IOException {
    long seed = Long.getLong("durability.seed", 1);
    Random random = new Random(seed);
    Map<Long, String> acknowledged = new HashMap<>();
    for (int round = 1; round <= 5; round++) {
      int acks = 1 + random.nextInt(400);
      String where =
          "seed=" + seed + " round=" + round + " killed after " + acks + " acknowledgements";
      try (AppendingProcess child = AppendingProcess.start(root, "round" + round)) {
        assertThat(child.line()).isEqualTo("open");
        for (int i = 0; ; i++) {
          if (i == acks) {
            child.kill();
          }
          String line = child.line();
          if (line == null) {
            break;
          }
          int space = line.indexOf(' ');
          // The kill may have cut the last line; of what is whole, all must be there.
          if (space > 0 && line.matches("\\d+ round\\d\\.\\d\\.\\d+")) {
            acknowledged.putIfAbsent(
                Long.parseLong(line.substring(0, space)), line.substring(space + 1));
          }
        }
      }
      check(acknowledged, where);
    }
  }

  private void check(Map<Long, String> acknowledged, String where) throws IOException {
    FsDirectory directory = FsDirectory.open(root);
    Set<String> unique = new HashSet<>();
    Map<Long, String> found = new HashMap<>();
    Map<String, Integer> counts = new HashMap<>();
    WalReader.of(directory, dev.durability.codec.Codecs.utf8())
        .replay(
            1,
            Long.MAX_VALUE,
            (id, entry) -> {
              assertThat(id).as(where).isEqualTo(found.size() + 1L);
              assertThat(unique.add(entry)).as(where + ": twice " + entry).isTrue();
              String thread = entry.substring(0, entry.lastIndexOf('.'));
              int number = Integer.parseInt(entry.substring(thread.length() + 1));
              assertThat(counts.merge(thread, 1, Integer::sum)).as(where).isEqualTo(number);
              found.put(id, entry);
            });
    acknowledged.forEach(
        (id, entry) -> {
          String there = String.valueOf(found.get(id));
          // A cut line may end early, in its number.
          assertThat(there).as(where + ": entry " + id).startsWith(entry);
        });
  }

  @Test
  void secondWriterIsRefusedInThisProcessAndInAnother() throws IOException {
    FsDirectory directory = FsDirectory.open(root);
    try (WalWriter<String> log = Logs.open(directory)) {
      assertThatThrownBy(() -> Logs.open(directory)).isInstanceOf(LockHeldException.class);
      assertThatThrownBy(() -> Logs.open(FsDirectory.open(root)))
          .isInstanceOf(LockHeldException.class);
      assertThatThrownBy(() -> WalMaintenance.truncate(directory, 0))
          .isInstanceOf(LockHeldException.class);
      try (AppendingProcess child = AppendingProcess.start(root, "round1")) {
        assertThat(child.line()).isEqualTo("refused");
      }
      assertThat(log.appendDurable("still open")).isEqualTo(1);
    }
    assertThat(Logs.entries(directory)).isEqualTo(List.of("still open"));
    try (AppendingProcess child = AppendingProcess.start(root, "round1")) {
      assertThat(child.line()).isEqualTo("open");
      assertThatThrownBy(() -> Logs.open(directory)).isInstanceOf(LockHeldException.class);
      child.kill();
    }
    Logs.open(directory).close();
  }
}

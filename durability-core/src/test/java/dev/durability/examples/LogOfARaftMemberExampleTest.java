package dev.durability.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.codec.Codecs;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalRecord;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log as a member of a Raft group needs it: read by id, cut off at the end, begun anew. */
class LogOfARaftMemberExampleTest {

  @Test
  void readsByIdCutsTheEndAndBeginsAnew(@TempDir Path path) throws IOException {
    List<WalRecord<String>> sent = new ArrayList<>();
    // begin:read-and-cut
    Directory directory = FsDirectory.open(path);
    try (WalWriter<String> log = WalWriter.open(directory, Codecs.utf8(), WalOptions.defaults())) {
      for (String entry : List.of("a", "b", "c", "d")) {
        log.append(entry); // Entry n is the nth that was appended: 1, 2, 3, 4.
      }
      sent.add(log.readAppended(4)); // A leader sends it while it syncs.
      log.sync();
      log.read(2, 3, (id, entry) -> sent.add(new WalRecord<>(id, entry))); // A follower lacks them.

      log.truncateAfter(2); // The new leader never had "c" and "d". Durable when this returns.
      log.appendDurable("C"); // Entry 3.
      sent.add(log.read(3)); // Null if it were not durable yet, or truncated.

      log.restartAt(1001); // A snapshot up to entry 1000 was installed.
      log.appendDurable("e"); // Entry 1001.
    }
    // end:read-and-cut
    assertThat(sent.stream().map(WalRecord::entry)).containsExactly("d", "b", "c", "C");
    assertThat(WalMaintenance.firstEntryId(directory)).isEqualTo(1001);
    assertThat(WalMaintenance.verify(directory).intact()).isEqualTo(1001);
  }
}

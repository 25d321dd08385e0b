package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.codec.Codecs;
import dev.durability.log.ReplayMode;
import dev.durability.storage.MemoryDirectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** A log to read, leniently and strictly. */
abstract class LogReadingFixture {
  final MemoryDirectory directory = new MemoryDirectory();
  final WalReader<String> reader = WalReader.of(directory, Codecs.utf8());
  final WalReader<String> strict = WalReader.of(directory, Codecs.utf8(), ReplayMode.STRICT);

  /** Entries 1 to 4, 5 to 8 with a CHECKPOINT among them, 9 to 11, the last unpromised. */
  final LogBuilder log() throws IOException {
    LogBuilder log = new LogBuilder(directory);
    log.segment(1).entries(3).mark(3).entries(1).end(4).write();
    log.segment(2).mark(4).entries(2).checkpoint(6, "nowhere").mark(6).entries(2).end(8).write();
    return log.segment(3).part("e9").part("e10").entry("e11").write();
  }

  static List<Long> ids(WalReader<String> reader, long from, long to) throws IOException {
    List<Long> ids = new ArrayList<>();
    reader.replay(
        from,
        to,
        (id, entry) -> {
          assertThat(entry).isEqualTo("e" + id);
          ids.add(id);
        });
    return ids;
  }

  static List<Long> range(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }
}

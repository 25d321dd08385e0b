package dev.durability.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.storage.AppendFile;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Objects as files of a directory. */
class DirectoryStoreTest {
  @Test
  void whatAKilledProcessLeftIsNoObjectAndIsDeletedByTheNextOneThatStores() throws IOException {
    Lab lab = new Lab();
    try (WalWriter<String> log = lab.open()) {
      Lab.append(log, lab, "one");
      lab.archiver().step();
      String timeline = Timeline.list(lab.store).get(0);
      Timeline there = new Timeline(lab.store, timeline);
      String data = there.data() + "0000000000000009-abc.tmp";
      String record = there.recordKey(9) + ".tmp";
      leave(lab.objects, data);
      leave(lab.objects, record);
      assertThat(there.recordNumbers()).doesNotContain(9L);
      assertThat(lab.store.list(there.data())).doesNotContain(data);
      lab.requireWhole();

      lab.store = DirectoryStore.of(lab.objects, "another process");
      Lab.append(log, lab, "two");
      Lab.append(log, lab, "the mark of that");
      lab.archiver().close();
      assertThat(lab.objects.exists(data)).isFalse();
      assertThat(lab.objects.exists(record)).isFalse();
      lab.requireWhole();
    }
    assertThat(Lab.restored(lab.restore())).startsWith("one", "two");
  }

  @Test
  void objectOfTheSameKeyTakesThePlaceOfWhatAKilledProcessLeft() throws IOException {
    MemoryDirectory files = new MemoryDirectory();
    DirectoryStore store = DirectoryStore.of(files, "memory");
    leave(files, "archive.tmp");
    ObjectContent whole = ObjectContent.of("whole".getBytes(StandardCharsets.US_ASCII));
    assertThat(store.putIfAbsent("archive", whole)).isTrue();
    assertThat(files.exists("archive.tmp")).isFalse();
    assertThat(store.get("archive", 0).readAllBytes())
        .isEqualTo("whole".getBytes(StandardCharsets.US_ASCII));
  }

  private static void leave(MemoryDirectory files, String path) throws IOException {
    try (AppendFile file = files.create(path, 0)) {
      file.write(ByteBuffer.wrap("half".getBytes(StandardCharsets.US_ASCII)));
    }
  }
}

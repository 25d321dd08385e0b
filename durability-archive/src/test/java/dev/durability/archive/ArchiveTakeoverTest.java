package dev.durability.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.durability.wal.WalWriter;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** An archiver that is replaced in the middle of a step. */
class ArchiveTakeoverTest {
  /** Does something before the next record is stored. */
  private static final class InterruptedStore extends FlakyStore {
    private @Nullable Interruption next;

    interface Interruption {
      void run() throws IOException;
    }

    InterruptedStore(ArchiveStore store) {
      super(store, -1, false, false);
    }

    @Override
    public boolean putIfAbsent(String key, ObjectContent content) throws IOException {
      Interruption interruption = next;
      if (interruption != null && key.startsWith("records/")) {
        next = null;
        interruption.run();
      }
      return super.putIfAbsent(key, content);
    }
  }

  @Test
  void whoTookOverGoesOnAfterARecordThatTheOtherWroteMeanwhile() throws IOException {
    Lab lab = new Lab();
    try (WalWriter<String> log = lab.open()) {
      Lab.append(log, lab, "one");
      Archiver replaced = lab.archiver();
      replaced.step();
      Lab.append(log, lab, "two");
      Lab.append(log, lab, "mark"); // Its block promises the entry before, whenever that is.
      InterruptedStore store = new InterruptedStore(lab.store);
      Archiver next = Archiver.of(lab.log, store, lab.archiveOptions());
      store.next =
          () ->
              assertThatExceptionOfType(ArchiveConflictException.class)
                  .isThrownBy(replaced::step)
                  .withMessageContaining("was taken over");
      next.step();
      assertThat(store.next).isNull();
      Lab.append(log, lab, "three");
      next.step();
      assertThat(next.status().failure()).isNull();
      lab.requireWhole();
      assertThat(Lab.restored(lab.restore())).contains("one", "two");
    }
  }
}

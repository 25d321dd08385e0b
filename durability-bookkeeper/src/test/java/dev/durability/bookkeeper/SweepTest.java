package dev.durability.bookkeeper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.storage.AppendFile;
import dev.durability.storage.DurableFile;
import dev.durability.storage.ReadFile;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is deleted, and when its ledgers are. */
class SweepTest {
  private final BookKeeperOptions.Builder builder = SharedBookies.newRoot();

  @Test
  void deletedFilesStayReadableUntilTheirTimeIsOver() throws Exception {
    try (BookKeeperDirectory directory = SharedBookies.open(builder.build());
        BookKeeperDirectory sweeping =
            SharedBookies.open(builder.keepDeleted(Duration.ZERO).build())) {
      DurableFile.write(directory, "a", "content".getBytes(UTF_8));
      DurableFile.write(directory, "kept", "kept".getBytes(UTF_8));
      try (ReadFile reader = directory.open("a")) {
        directory.delete("a");
        assertThat(directory.sweep()).isEqualTo(new Swept(0, 0, 0));
        assertThat(reader.read(ByteBuffer.allocate(7), 0)).isEqualTo(7);
        assertThat(sweeping.sweep()).isEqualTo(new Swept(1, 1, 0));
        assertThat(sweeping.sweep()).isEqualTo(new Swept(0, 0, 0));
        assertThatThrownBy(reader::size).isInstanceOf(NoSuchFileException.class);
      }
      assertThat(DurableFile.read(directory, "kept", 10)).hasSize(4);
    }
  }

  @Test
  void ledgersThatWereCutOffOrReplacedGoToo() throws Exception {
    try (BookKeeperDirectory directory =
        SharedBookies.open(builder.keepDeleted(Duration.ZERO).build())) {
      AppendFile file = directory.create("a", 0);
      file.write(ByteBuffer.allocate(10));
      file.truncate(0);
      file.write(ByteBuffer.allocate(3));
      file.close();
      assertThat(directory.sweep()).isEqualTo(new Swept(0, 1, 0));
      DurableFile.write(directory, "b", new byte[2]);
      directory.rename("b", "a");
      assertThat(directory.sweep()).isEqualTo(new Swept(1, 1, 0));
      assertThat(DurableFile.read(directory, "a", 10)).hasSize(2);
    }
  }

  @Test
  void ledgersThatNoFileHasGoOnceTheirMakerIsGone() throws Exception {
    BookKeeperOptions options = builder.build();
    BookKeeperDirectory dying = SharedBookies.open(options);
    try (BookKeeperDirectory directory = SharedBookies.open(options);
        AppendFile file = directory.create("a", 0)) {
      Ledgers ledgers = SharedBookies.client();
      file.write(ByteBuffer.allocate(10));
      LedgerLabel label = LedgerLabel.of("x", 0, List.of());
      LedgerTags alive = tags(options, dying.markName());
      long orphan = ledgers.create(alive, label).getId();
      LedgerTags others = new LedgerTags("/other", "1", "x", 0, "nobody", "");
      long foreign = ledgers.create(others, label).getId();
      assertThat(directory.sweep().orphans()).as("its maker may still use it").isZero();
      dying.close();
      assertThat(directory.sweep().orphans()).isEqualTo(1);
      assertThat(ledgers.metadata(orphan)).isNull();
      assertThat(ledgers.metadata(foreign)).isNotNull();
      file.write(ByteBuffer.allocate(10));
      file.sync();
      assertThat(DurableFile.read(directory, "a", 100)).hasSize(20);
    }
  }

  private static LedgerTags tags(BookKeeperOptions options, String client) {
    return new LedgerTags(options.root(), "7", "x", 0, client, "");
  }
}

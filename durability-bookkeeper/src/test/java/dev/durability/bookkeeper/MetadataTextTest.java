package dev.durability.bookkeeper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.FormatException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What stands in ZooKeeper, and in the tags of ledgers. */
class MetadataTextTest {
  private static final String ODD = "Ä b%/%2F/日本語/\u0001:🙂";

  @Test
  void pathsOfAnyCharactersAreNodesOfPlainOnesAndComeBack() {
    String encoded = ZkPaths.encode(ODD);
    assertThat(encoded).matches("[A-Za-z0-9._/%-]+");
    assertThat(ZkPaths.decode(encoded)).isEqualTo(ODD);
    assertThatThrownBy(() -> ZkPaths.decode("%4")).isInstanceOf(IllegalArgumentException.class);
    ZkPaths paths = new ZkPaths("/top");
    assertThat(paths.file("a/b")).isEqualTo("/top/names/d:a/f:b");
    assertThat(paths.file("b")).isEqualTo("/top/names/f:b");
    assertThat(paths.directory("")).isEqualTo("/top/names");
    assertThat(paths.lock("wal/.lock")).isEqualTo("/top/locks/wal%2F.lock");
  }

  @Test
  void inodeIsTextAndComesBack() throws Exception {
    Inode inode =
        new Inode(
            ODD,
            new Layers(
                List.of(
                    new Layer(17, 0, 4096, List.of("wal/.lock", ODD)),
                    new Layer(18, 4096, Long.MAX_VALUE, List.of()))));
    assertThat(Inode.decode(inode.encode(), "node")).isEqualTo(inode);
    assertThat(new String(new Inode("a b", Layers.NONE).encode(), UTF_8))
        .isEqualTo("durability-file 1\ncreated a%20b\n");
  }

  @Test
  void whatIsNoInodeOrOfAnotherVersionIsRefusedByName() {
    for (String text :
        List.of(
            "",
            "durability-file 2\ncreated a\n",
            "durability-file 1\n",
            "durability-file 1\ncreated %\n",
            "durability-file 1\ncreated a\nlayer 1 2\n",
            "durability-file 1\ncreated a\nledger 1 2 - x\n",
            "durability-file 1\ncreated a\nlayer 1 -2 -\n",
            "durability-file 1\ncreated a\nlayer one 2 -\n")) {
      assertThatThrownBy(() -> Inode.decode(text.getBytes(UTF_8), "/top/inodes/7"))
          .as(text)
          .isInstanceOf(FormatException.class)
          .hasMessageContaining("/top/inodes/7");
    }
  }

  @Test
  void tagsOfOurLedgersComeBackAndThoseOfOthersAreNone() {
    LedgerTags tags = new LedgerTags("/top", "7", ODD, 4096, "client", "wal/.lock");
    assertThat(LedgerTags.decode(tags.encode())).isEqualTo(tags);
    assertThat(LedgerTags.decode(Map.of())).isNull();
    assertThat(LedgerTags.decode(Map.of("application", "pulsar".getBytes(UTF_8)))).isNull();
    Map<String, byte[]> broken = tags.encode();
    broken.put("start", "x".getBytes(UTF_8));
    assertThat(LedgerTags.decode(broken)).isNull();
  }

  @Test
  void labelsComeBackAndALaterOneIsNotOverwrittenByAnEarlierWriter() {
    Map<String, byte[]> tags = new LedgerTags("/top", "7", ODD, 0, "client", "").encode();
    LedgerLabel label =
        LedgerLabel.of(ODD, 2, List.of(new Layer(17, 0, 4096, List.of())))
            .cut(List.of(new Layer(17, 0, Long.MAX_VALUE, List.of())), 9, 3);
    assertThat(LedgerLabel.from(label.into(tags))).isEqualTo(label);
    assertThat(LedgerTags.decode(label.into(tags))).isEqualTo(LedgerTags.decode(tags));
    assertThat(LedgerLabel.from(tags)).as("of an earlier version").isNull();
    assertThat(label.named("other", 2)).isEqualTo(label);
    assertThat(label.now(LedgerLabel.State.DELETED, 2)).isEqualTo(label);
    assertThat(label.cut(List.of(), 1, 2)).isEqualTo(label);
    assertThat(label.named("other", 3).name()).isEqualTo("other");
  }

  @Test
  void notesOfGarbageComeBack() {
    Garbage.Note inode = new Garbage.Note(12, "7", List.of());
    Garbage.Note ledgers = new Garbage.Note(12, "", List.of(3L, 4L));
    assertThat(Garbage.Note.decode(inode.encode())).isEqualTo(inode);
    assertThat(Garbage.Note.decode(ledgers.encode())).isEqualTo(ledgers);
    Clock clock = Clock.fixed(Instant.ofEpochMilli(5), ZoneOffset.UTC);
    assertThat(new Garbage(new ZkPaths("/r"), clock).inode("7").getPath())
        .startsWith("/r/garbage/");
  }

  @Test
  void holderTellsItsProcessAndItsSessionTimeout() {
    HolderText self = HolderText.ofThisProcess("7", Duration.ofSeconds(4), Instant.EPOCH);
    assertThat(HolderText.decode(self.encode())).isEqualTo(self);
    assertThat(HolderText.decode("session=x\nanything".getBytes(UTF_8)))
        .isEqualTo(new HolderText("", "", Duration.ZERO, "somebody"));
  }

  @Test
  void placesOfEntriesAreRememberedFarApart() {
    EntryOffsets offsets = new EntryOffsets();
    assertThat(offsets.before(1_000)).isEqualTo(Map.entry(0L, 0L));
    assertThat(offsets.after(0)).isNull();
    for (int i = 1; i <= 1_000; i++) {
      offsets.begins(i * 1_000L, i);
    }
    assertThat(offsets.size()).isLessThanOrEqualTo(1_000_000 / (64 << 10) + 2);
    assertThat(offsets.before(500_000).getKey()).isBetween(400_000L, 500_000L);
    assertThat(Objects.requireNonNull(offsets.after(500_000)).getKey())
        .isBetween(500_001L, 600_000L);
    assertThat(offsets.before(500_000).getValue() * 1_000)
        .isEqualTo(offsets.before(500_000).getKey());
  }
}

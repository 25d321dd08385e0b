package dev.durability.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SimulatedDiskTest {
  @Test
  void powerLossKeepsWhatWasSyncedAndForgetsSomeOfTheRest() throws IOException {
    Set<String> found = new HashSet<>();
    for (int seed = 0; seed < 200; seed++) {
      SimulatedDisk disk = new SimulatedDisk(seed);
      AppendFile file = disk.create("a", 0);
      file.write(text("synced"));
      file.sync();
      disk.sync("");
      file.write(text("maybe"));
      disk.create("b", 0).close();
      SimulatedDisk after = disk.afterPowerLoss();
      String content = content(after, "a");
      assertThat(content).startsWith("synced");
      found.add(content.substring(6) + after.exists("b"));
      assertThatThrownBy(file::sync).isInstanceOf(IOException.class);
    }
    assertThat(found).contains("maybetrue", "maybefalse", "true", "false", "\0\0\0\0\0false");
  }

  @Test
  void deathOfTheProcessKeepsEverythingAndPowerLossMayForgetItLater() throws IOException {
    boolean forgotten = false;
    for (int seed = 0; seed < 50; seed++) {
      SimulatedDisk disk = new SimulatedDisk(seed);
      disk.create("a", 0).write(text("written"));
      disk = disk.afterDeath();
      assertThat(content(disk, "a")).isEqualTo("written");
      forgotten |= !disk.afterPowerLoss().exists("a");
    }
    assertThat(forgotten).isTrue();
  }

  @Test
  void sectorsOfFailedSyncAreNotPersistedByTheNextUnlessTheyAreWrittenAgain() throws IOException {
    Set<String> found = new HashSet<>();
    for (int seed = 0; seed < 50; seed++) {
      SimulatedDisk disk = new SimulatedDisk(seed);
      AppendFile file = disk.create("a", 0);
      disk.sync("");
      file.write(text("content"));
      disk.failAt(1);
      assertThatThrownBy(file::sync).isInstanceOf(IOException.class);
      file.sync();
      assertThat(content(disk, "a")).isEqualTo("content");
      SimulatedDisk again = disk.afterDeath();
      try (AppendFile rewritten = again.resume("a", 0)) {
        rewritten.write(text("content"));
        rewritten.sync();
      }
      SimulatedDisk off = again.afterDeath().afterPowerLoss();
      assertThat(content(off, "a")).isEqualTo("content");
      found.add(content(disk.afterPowerLoss(), "a"));
    }
    assertThat(found).contains("content", "\0\0\0\0\0\0\0");
  }

  private static ByteBuffer text(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }

  private static String content(Directory disk, String path) throws IOException {
    try (ReadFile file = disk.open(path)) {
      ByteBuffer all = ByteBuffer.allocate((int) file.size());
      if (all.hasRemaining()) {
        assertThat(file.read(all, 0)).isEqualTo(all.capacity());
      }
      return new String(all.array(), UTF_8);
    }
  }
}

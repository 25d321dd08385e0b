package dev.durability.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CountedDiskTest {
  @Test
  void nthChangeOfAnyKindFailsAndNoOther() throws IOException {
    CountedDisk disk = new CountedDisk(1);
    disk.failAt(3);
    try (AppendFile file = disk.create("a", 0)) {
      file.write(text("content"));
      assertThat(disk.exists("a")).as("looking is no change").isTrue();
      assertThatThrownBy(file::sync).hasMessageContaining("injected");
      file.sync();
    }
    disk.sync("");
    assertThat(disk.changes()).isEqualTo(5);
  }

  @Test
  void afterTheNthChangeTheProcessIsDeadUntilAnotherStarts() throws IOException {
    CountedDisk disk = new CountedDisk(1);
    disk.create("a", 0).close();
    disk.dieAt(1);
    assertThatThrownBy(() -> disk.sync("")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> disk.exists("a")).hasMessageContaining("dead");
    assertThat(disk.afterDeath().exists("a")).isTrue();
  }

  @Test
  void failedChangeMayHaveTakenPlace() throws IOException {
    Set<Boolean> found = new HashSet<>();
    for (int seed = 0; seed < 20; seed++) {
      CountedDisk disk = new CountedDisk(seed);
      disk.failAt(1);
      assertThatThrownBy(() -> disk.create("a", 0)).isInstanceOf(IOException.class);
      found.add(disk.exists("a"));
    }
    assertThat(found).containsExactlyInAnyOrder(true, false);
  }

  @Test
  void powerLossKeepsWhatWasSyncedAndForgetsSomeOfTheRest() throws IOException {
    Set<Boolean> found = new HashSet<>();
    for (int seed = 0; seed < 50; seed++) {
      CountedDisk disk = new CountedDisk(seed);
      AppendFile file = disk.create("a", 0);
      file.write(text("synced"));
      file.sync();
      disk.sync("");
      disk.create("b", 0).close();
      CountedDisk after = disk.afterPowerLoss();
      try (ReadFile reader = after.open("a")) {
        assertThat(reader.size()).isEqualTo(6);
      }
      found.add(after.exists("b"));
      assertThatThrownBy(file::sync).isInstanceOf(IOException.class);
    }
    assertThat(found).containsExactlyInAnyOrder(true, false);
  }

  private static ByteBuffer text(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }
}

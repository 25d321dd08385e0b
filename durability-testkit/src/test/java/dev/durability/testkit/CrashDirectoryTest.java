package dev.durability.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What the simulated disk keeps and forgets. */
class CrashDirectoryTest {
  private final CrashDirectory disk = new CrashDirectory();

  /** All that the power may leave, as text: names with contents. */
  private Set<String> found() throws IOException {
    CrashChoices choices = new CrashChoices(disk.snapshot());
    assertThat(choices.combinations(10_000)).isLessThan(10_000);
    Set<String> found = new TreeSet<>();
    for (int[] combination : choices.pick(10_000, new SplittableRandom(1))) {
      found.add(text(new CrashDirectory(choices.found(combination, 1))));
    }
    return found;
  }

  private static String text(Directory directory) throws IOException {
    List<String> files = new ArrayList<>();
    for (String name : directory.list("")) {
      files.add(name + "=" + read(directory, name));
    }
    return String.join(",", files);
  }

  private static String read(Directory directory, String path) throws IOException {
    try (ReadFile file = directory.open(path)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
      while (bytes.hasRemaining() && file.read(bytes, bytes.position()) > 0) {
        // Reads may be short.
      }
      String text = new String(bytes.array(), UTF_8);
      return text.length() <= 8 ? text.replace('\0', '0') : text.length() + text.substring(0, 1);
    }
  }

  private static void write(AppendFile file, String text) throws IOException {
    file.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
  }

  private AppendFile durable(String name, String text) throws IOException {
    AppendFile file = disk.create(name, 0);
    write(file, text);
    file.sync();
    disk.sync("");
    return file;
  }

  @Test
  void whatWasSyncedIsAllThatIsFound() throws IOException {
    try (AppendFile file = durable("a", "one")) {
      assertThat(file.position()).isEqualTo(3);
    }
    assertThat(found()).containsExactly("a=one");
  }

  @Test
  void fileWhoseNameWasNotSyncedIsFoundOrNot() throws IOException {
    try (AppendFile file = disk.create("a", 0)) {
      write(file, "one");
      file.sync();
    }
    assertThat(found()).containsExactly("", "a=one");
  }

  @Test
  void sectorIsFoundInAnyVersionSinceTheSync() throws IOException {
    try (AppendFile file = durable("a", "1111")) {
      file.truncate(0);
      write(file, "2222");
      file.truncate(0);
      write(file, "3333");
    }
    assertThat(found()).contains("a=1111", "a=2222", "a=3333", "a=");
    assertThat(found()).allMatch(each -> each.matches("a=[0123]*"));
  }

  @Test
  void sectorThatTheFileGrewOverIsFoundWithZerosOrGarbage() throws IOException {
    try (AppendFile file = durable("a", "x".repeat(512))) {
      write(file, "new");
    }
    Set<String> found = found();
    assertThat(found).hasSizeGreaterThan(3);
    assertThat(found).contains("a=512x", "a=515x");
    CrashChoices choices = new CrashChoices(disk.snapshot());
    Set<String> tails = new TreeSet<>();
    for (int[] combination : choices.pick(100, new SplittableRandom(1))) {
      try (ReadFile file = new CrashDirectory(choices.found(combination, 1)).open("a")) {
        ByteBuffer tail = ByteBuffer.allocate(3);
        if (file.read(tail, 512) == 3) {
          tails.add(new String(tail.array(), UTF_8));
        }
      }
    }
    assertThat(tails).contains("new", "\0\0\0").hasSize(3);
  }

  @Test
  void sectorsAreForgottenOneByOne() throws IOException {
    try (AppendFile file = disk.create("a", 1024)) {
      disk.sync("");
      write(file, "n".repeat(1024));
    }
    CrashChoices choices = new CrashChoices(disk.snapshot());
    assertThat(choices.count()).isEqualTo(2);
    assertThat(choices.pick(4, new SplittableRandom(1))).hasSize(4);
  }

  @Test
  void renameTakesPlaceWholeOrNotAtAll() throws IOException {
    durable("a", "old").close();
    durable("b", "new").close();
    disk.rename("b", "a");
    assertThat(found()).containsExactly("a=new", "a=old,b=new");
  }

  @Test
  void changesOfNamesAreFoundInAnySubset() throws IOException {
    durable("a", "1").close();
    durable("b", "2").close();
    disk.delete("a");
    disk.delete("b");
    assertThat(found()).containsExactly("", "a=1", "a=1,b=2", "b=2");
    disk.sync("");
    assertThat(found()).containsExactly("");
  }

  @Test
  void afterFailedSyncOnlyNewWriteMakesSectorDurable() throws IOException {
    try (CrashAppendFile file = (CrashAppendFile) durable("a", "old")) {
      file.truncate(0);
      write(file, "new");
      file.syncInVain();
      file.sync();
      assertThat(text(disk)).isEqualTo("a=new");
      assertThat(found()).contains("a=new", "a=old");
      file.truncate(0);
      write(file, "new");
      file.sync();
      assertThat(found()).containsExactly("a=new");
    }
  }

  @Test
  void afterFailedSyncOfDirectoryLaterOnesDoNotPersistTheOldChanges() throws IOException {
    durable("a", "1").close();
    disk.rename("a", "b");
    disk.syncInVain("");
    durable("c", "2").close();
    assertThat(found()).containsExactly("a=1,c=2", "b=1,c=2");
    disk.rename("b", "d");
    disk.sync("");
    assertThat(found()).contains("c=2,d=1").allMatch(each -> each.contains("d=1"));
  }

  @Test
  void killedProcessLeavesAllThatItWroteAndItIsStillNotDurable() throws IOException {
    AppendFile file = durable("a", "one");
    write(file, "two");
    CrashDirectory next = disk.afterKill();
    assertThatThrownBy(() -> write(file, "three")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> disk.list("")).isInstanceOf(IOException.class);
    assertThat(text(next)).isEqualTo("a=onetwo");
    Set<String> found = new TreeSet<>();
    for (int seed = 0; seed < 50; seed++) {
      found.add(text(next.copy().afterPowerLoss(seed)));
    }
    assertThat(found).contains("a=one", "a=onetwo");
  }

  @Test
  void lockOfKilledProcessIsFree() throws IOException {
    disk.lock("l");
    assertThat(disk.afterKill().lock("l").isHeld()).isTrue();
  }

  @Test
  void roomThatWasReservedIsThereAfterwards() throws IOException {
    disk.create("a", 8).close();
    disk.sync("");
    assertThat(found()).containsExactly("a=00000000");
  }

  @Test
  void damageIsDurableAtOnce() throws IOException {
    durable("a", "one").close();
    disk.damage("a", 1, "XY".getBytes(UTF_8));
    assertThat(found()).containsExactly("a=oXY");
  }

  @Test
  void traceTellsWhatWasDone() throws IOException {
    durable("a", "one").close();
    disk.rename("a", "b");
    assertThat(disk.trace())
        .containsExactly(
            "create a",
            "write a at 0, 3 bytes",
            "sync a",
            "sync directory the root",
            "rename a to b");
  }
}

package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.rust.CrateCheckpoint;
import dev.durability.rust.CrateLogOptions;
import dev.durability.rust.CrateLogWriter;
import dev.durability.rust.CrateVersion;
import dev.durability.rust.WalEntry;
import dev.durability.storage.FsDirectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Directories of the crate on a real file system, changed at random: with links, directories and
 * pipes in place of files. Each import makes a whole log, or nothing; it ends, with a message for
 * people; and the source is as it was.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "links and pipes")
class ImportedDirectoriesTest {
  private static final int SEEDS = 40;
  private static final List<String> NAMES =
      List.of(
          "wal/wal_1.log",
          "wal/wal_2.log",
          "wal/wal_3.log",
          "wal/wal_0.log",
          "wal/wal_02.log",
          "wal/wal_99999999999999999999.log",
          "wal/wal_9.log",
          "wal/.lock",
          "checkpoints/a.chk",
          "checkpoints/b\u001b[31m.chk",
          "far/away/c.chk",
          "wal",
          "checkpoints");

  @TempDir private Path tmp;

  private static byte[] marker(String path) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    WalEntry.codec().encode(new WalEntry.Checkpoint(path, 2), bytes);
    return bytes.toByteArray();
  }

  private static void crate(Path root, CrateVersion version, long first) throws IOException {
    FsDirectory directory = FsDirectory.open(root);
    CrateLogOptions options =
        CrateLogOptions.of(version).withSegmentBytes(80).withFirstEntryId(first);
    try (CrateLogWriter log = CrateLogWriter.open(directory, options)) {
      long unused = log.append(new byte[20]);
      unused = log.append(new byte[0]);
      unused = log.append(marker("far/away/c.chk"));
      unused = log.append(marker("checkpoints/a.chk"));
      unused = log.append(new byte[50]);
    }
    for (String path : List.of("far/away/c.chk", "checkpoints/a.chk")) {
      CrateCheckpoint written =
          CrateCheckpoint.write(directory, path, version, first + 1, out -> out.write(7));
      assertThat(written.payloadBytes()).isEqualTo(1);
    }
  }

  private static List<Path> all(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files.sorted().toList();
    }
  }

  private static void remove(Path path) throws IOException {
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      List<Path> files = new ArrayList<>(all(path));
      Collections.reverse(files);
      for (Path each : files) {
        Files.delete(each);
      }
    } else {
      Files.deleteIfExists(path);
    }
  }

  private static void change(Path root, Random random) throws Exception {
    Path path = root.resolve(NAMES.get(random.nextInt(NAMES.size())));
    Path other = root.resolve(NAMES.get(random.nextInt(NAMES.size() - 2)));
    byte[] content = Files.isRegularFile(path) ? Files.readAllBytes(path) : new byte[0];
    if (!Files.isDirectory(Objects.requireNonNull(path.getParent()))) {
      return; // An earlier change made it something else.
    }
    switch (random.nextInt(10)) {
      case 0 -> remove(path);
      case 1 -> replace(path, () -> Files.createDirectory(path));
      case 2 -> replace(path, () -> Files.createSymbolicLink(path, other));
      case 3 -> replace(path, () -> Files.createSymbolicLink(path, Path.of("/dev/zero")));
      case 4 -> replace(path, () -> Files.createSymbolicLink(path, path.getFileName()));
      case 5 -> {
        remove(path);
        assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor()).isZero();
      }
      case 6 -> write(path, Arrays.copyOf(content, random.nextInt(content.length + 30)));
      case 7 -> write(other, content);
      default -> {
        if (content.length > 0) {
          content[random.nextInt(content.length)] ^= (byte) (1 << random.nextInt(8));
          write(path, content);
        }
      }
    }
  }

  private interface Making {
    Path make() throws IOException;
  }

  private static void replace(Path path, Making making) throws IOException {
    remove(path);
    assertThat(making.make()).isEqualTo(path);
  }

  private static void write(Path path, byte[] content) throws IOException {
    if (Files.isSymbolicLink(path) || Files.isDirectory(path) || isPipe(path)) {
      return;
    }
    try {
      Files.createDirectories(Objects.requireNonNull(path.getParent()));
    } catch (FileAlreadyExistsException inTheWay) {
      return;
    }
    Files.write(path, content, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
  }

  private static boolean isPipe(Path path) {
    return Files.exists(path) && !Files.isRegularFile(path);
  }

  @Test
  void eachIsTakenOverAsAWholeOrNotAtAll() throws Exception {
    int taken = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      Path root = Files.createDirectory(tmp.resolve("crate" + seed));
      crate(
          root,
          random.nextBoolean() ? CrateVersion.NEWEST : CrateVersion.V0_2_0,
          1 + random.nextInt(2));
      for (int changes = random.nextInt(4); changes >= 0; changes--) {
        change(root, random);
      }
      taken += judge(root, "seed=" + seed) ? 1 : 0;
      remove(root);
    }
    assertThat(taken).as("how many of %s are taken over", SEEDS).isBetween(4, SEEDS - 4);
  }

  private boolean judge(Path root, String seed) throws IOException {
    List<Path> names = all(root);
    var before = Logs.content(root);
    Path to = tmp.resolve("new");
    Run run = Run.of("import", root, to);
    assertThat(run.status()).as(seed).isBetween(0, 3);
    assertThat(run.err()).as(seed).doesNotContain("internal error", "Exception");
    assertThat(run.errLines()).as(seed).hasSizeLessThanOrEqualTo(1);
    assertThat(run.out() + run.err()).as(seed).doesNotContain("\u001b");
    assertThat(Files.exists(to)).as(seed).isEqualTo(run.status() < 2);
    assertThat(tmp.resolve("new.importing")).as(seed).doesNotExist();
    for (String command : List.of("verify", "stats", "cat")) {
      Run read = Run.of(command, root);
      assertThat(read.status()).as("%s %s", seed, command).isBetween(0, 3);
      assertThat(read.err())
          .as("%s %s", seed, command)
          .doesNotContain("internal error", "Exception");
    }
    assertThat(all(root)).as(seed).isEqualTo(names);
    assertThat(Logs.content(root)).as(seed).isEqualTo(before);
    boolean isTaken = run.status() < 2;
    if (isTaken) {
      assertThat(Run.of("verify", to).status()).as(seed).isZero();
      remove(to);
    }
    return isTaken;
  }
}

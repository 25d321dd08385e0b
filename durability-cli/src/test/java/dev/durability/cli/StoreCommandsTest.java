package dev.durability.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.bookkeeper.cluster.LocalCluster;
import dev.durability.bookkeeper.cluster.LocalClusterOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.zookeeper.ZKUtil;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands on logs on BookKeeper. */
final class StoreCommandsTest {
  @TempDir private static Path clusterDirectory;
  private static LocalCluster cluster;

  @TempDir private Path tmp;

  @BeforeAll
  static void startCluster() throws IOException {
    cluster =
        LocalCluster.start(
            clusterDirectory, LocalClusterOptions.inThisJvm().zooKeepers(1).bookies(3));
  }

  @AfterAll
  static void closeCluster() throws IOException {
    cluster.close();
  }

  private static String store() {
    return "bk://" + cluster.zooKeeperServers() + "/logs";
  }

  private static Run append(String text, Object... args) {
    return Run.withInput(text.getBytes(US_ASCII), args);
  }

  @Test
  void allCommandsWorkOnALogInAStore() throws IOException {
    Path file = Files.writeString(tmp.resolve("store.conf"), "# Where\nstore=" + store() + "\n");
    assertThat(append("one\ntwo\nthree\n", "append", "--acks", "--store", store(), "words").out())
        .isEqualTo("1\n2\n3\n");
    assertThat(append("four\n", "append", "--store", file, "words").status()).isZero();

    assertThat(Run.of("cat", "--ids", "--store", file, "words").out())
        .isEqualTo("1\tone\n2\ttwo\n3\tthree\n4\tfour\n");
    assertThat(Run.of("verify", "--store=" + store(), "words").out())
        .startsWith("verdict     CLEAN")
        .contains("intact      4 ");
    assertThat(Run.of("schema", "--store", file, "words").out()).startsWith("from entry 1: ");
    assertThat(Run.of("truncate", "--after", "2", "--yes", "--store", file, "words").out())
        .startsWith("the log ends at entry 2; 2 entries cut off");
    assertThat(Run.of("cat", "--store", file, "words").out()).isEqualTo("one\ntwo\n");
    assertThat(Run.of("quarantine", "--store", file, "words").out()).contains("0 bytes in 0 files");
    assertThat(Run.of("quarantine", "--store", file, "words", "remove").out())
        .contains("removed 0 bytes in 0 files");
    Run swept = Run.of("sweep", "--store", file, "words");
    assertThat(swept.out()).matches("deleted \\d+ ledgers of \\d+ deleted files, and 0 that.*\\R");
    assertThat(swept.status()).isZero();
    assertThat(Run.of("cat", "--store", file, "words").out()).isEqualTo("one\ntwo\n");
  }

  @Test
  void aLogInAStoreIsArchivedAndComesBackIntoTheStoreAndIntoADirectory() {
    Path archive = tmp.resolve("archive");
    assertThat(append("one\ntwo\nthree\n", "append", "--store", store(), "orders").status())
        .isZero();
    Run archived = Run.of("archive", "--store", store(), "orders", "--to", archive, "--once");
    assertThat(archived.err()).isEmpty();
    assertThat(archived.out()).startsWith("archived up to entry 3; behind by 0 bytes");

    Run restored = Run.of("restore", "--from", archive, "--store", store(), "orders-again");
    assertThat(restored.err()).isEmpty();
    assertThat(restored.out()).startsWith("restored up to entry 3, CLEAN");
    assertThat(Run.of("cat", "--store", store(), "orders-again").out())
        .isEqualTo("one\ntwo\nthree\n");
    assertThat(Run.of("restore", "--from", archive, "--to-entry", 2, tmp.resolve("here")).out())
        .startsWith("restored up to entry 2, CLEAN");
    assertThat(Run.of("cat", tmp.resolve("here")).out()).isEqualTo("one\ntwo\n");
    Run backup = Run.of("backup", "--store", store(), "orders", "--to", tmp.resolve("copy"));
    assertThat(backup.err()).isEmpty();
    assertThat(Run.of("cat", tmp.resolve("copy")).out()).isEqualTo("one\ntwo\nthree\n");
  }

  @Test
  void aLogThatIsNotThereIsNamed() throws Exception {
    for (String command : new String[] {"cat", "verify", "quarantine", "schema", "sweep"}) {
      Run run = Run.of(command, "--store", store(), "nosuch");
      assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
      assertThat(run.err()).contains(store() + "/nosuch: there is no log of this name");
    }
    assertThat(rootsInZooKeeper()).as("nothing was created").doesNotContain("nosuch");
  }

  private static List<String> rootsInZooKeeper() throws Exception {
    CompletableFuture<List<String>> found = new CompletableFuture<>();
    ZooKeeper client = new ZooKeeper(cluster.zooKeeperServers(), 10_000, event -> {});
    client.getChildren(
        "/logs",
        false,
        (code, path, context, children) ->
            found.complete(children == null ? List.<String>of() : children),
        null);
    List<String> roots = found.get();
    client.close();
    return roots;
  }

  @Test
  void namesThatWereLostAreMadeAgain() throws Exception {
    assertThat(append("one\ntwo\n", "append", "--store", store(), "lost").status()).isZero();
    ZooKeeper client = new ZooKeeper(cluster.zooKeeperServers(), 10_000, event -> {});
    ZKUtil.deleteRecursive(client, "/logs/lost");
    client.close();
    assertThat(Run.of("cat", "--store", store(), "lost").status()).isEqualTo(ExitStatus.FAILED);

    Run rebuilt = Run.of("sweep", "--rebuild-names", "--store", store(), "lost");

    assertThat(rebuilt.err()).isEmpty();
    assertThat(rebuilt.out()).matches("files that have their names again: [1-9]\\R");
    assertThat(Run.of("cat", "--store", store(), "lost").out()).isEqualTo("one\ntwo\n");
    assertRefused(Run.of("sweep", "--rebuild-names", tmp), "only a log in a --store");
  }

  @Test
  void commandsAboutThisMachineTakeNoStore() {
    for (String command : new String[] {"demo", "bench", "torture", "import", "export"}) {
      assertRefused(Run.of(command, "--store", store(), "words"), "takes no --store");
    }
  }

  @Test
  void aStoreThatIsNoneIsRefused() throws IOException {
    assertRefused(
        Run.of("cat", "--store", "zk+hierarchical://a:1;b:2/ledgers", "words"),
        "bk://a:1,b:2/durability?ledgers=/ledgers is one");
    assertRefused(Run.of("cat", "--store", "zk://a:1", "words"), "bk://a:1/durability is one");
    assertRefused(Run.of("cat", "--store", "s3://bucket", "words"), "bk://… is one");
    assertRefused(Run.of("cat", "--store", "bk://a/logs", "words"), "host:port");
    assertRefused(Run.of("cat", "--store", "bk://a:1/logs?x=1", "words"), "unknown parameter");
    assertRefused(Run.of("cat", "--store", tmp.resolve("nosuch"), "words"), "no such file");
    Path empty = Files.createFile(tmp.resolve("empty"));
    assertRefused(Run.of("cat", "--store", empty, "words"), "has no line store=bk://");
    Path broken = Files.writeString(tmp.resolve("broken"), "a=\\u00");
    assertRefused(Run.of("cat", "--store", broken, "words"), "is no file of properties");
    assertRefused(
        Run.of("cat", "bk://a:1/logs/words"),
        "an address is given with --store, and DIR is then the name of the log there:"
            + " --store bk://a:1/logs words");
    assertRefused(
        Run.of("append", "--mode", "660", "--store", store(), "words"),
        "--mode and --group are for directories of this machine");
    assertRefused(Run.of("sweep", tmp), "only a log in a --store has ledgers to sweep");
    assertRefused(Run.of("cluster", "--bookies", "2", tmp), "--bookies must be 3 to 20, not 2");
    assertRefused(Run.of("cluster", "--bookies", "21", tmp), "--bookies must be 3 to 20, not 21");
  }

  private static void assertRefused(Run run, String reason) {
    assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
    assertThat(run.err()).contains(reason);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void settingsOfTheClientGoToIt() throws IOException {
    Path file =
        Files.writeString(
            tmp.resolve("store.conf"),
            "store=" + store() + "\nensemblePlacementPolicy=no.such.Policy\n");

    Run run = Run.of("cat", "--store", file, "words");

    assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
    assertThat(run.err()).isNotEmpty();
  }

  @Test
  void withoutBookKeepersJarsItIsSaid() throws Exception {
    String others =
        Arrays.stream(System.getProperty("java.class.path").split(":", -1))
            .filter(entry -> !entry.contains("bookkeeper"))
            .collect(Collectors.joining(":"));
    for (String arguments : new String[] {"cat --store bk://a:1/logs words", "cluster mycluster"}) {
      Process program =
          new ProcessBuilder(
                  "sh",
                  "-c",
                  "exec '"
                      + Path.of(System.getProperty("java.home"), "bin", "java")
                      + "' -cp \"$0\" dev.durability.cli.Main "
                      + arguments,
                  others)
              .directory(tmp.toFile())
              .redirectErrorStream(true)
              .start();
      String said = new String(program.getInputStream().readAllBytes(), UTF_8);

      assertThat(program.waitFor()).isEqualTo(ExitStatus.FAILED);
      assertThat(said).contains("needs the jars of BookKeeper, which are not on the class path");
    }
  }
}

package dev.durability.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.durability.cli.ProgramSyntax;
import dev.durability.distribution.Packages.Done;
import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The .tar.gz, unpacked outside of the project, without any other Java. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class TarballTest {
  private static final String JAVA_OPTIONS = "DURABILITY_JAVA_OPTS";

  /** Java fails if it cannot use the archive of classes. */
  private static final Map<String, String> WITH_ARCHIVE = Map.of(JAVA_OPTIONS, "-Xshare:on");

  private static final Map<String, String> TELLING_CLASS_PATH =
      Map.of(JAVA_OPTIONS, "-XshowSettings:properties");

  @TempDir private static Path place;
  private static Path unpacked;

  @TempDir private Path tmp;

  @BeforeAll
  static void unpack() throws Exception {
    Path directory = Files.createDirectory(place.resolve("so me where"));
    Packages.run(directory, Map.of(), List.of("tar", "-xzf", Packages.tar().toString()))
        .outOfSuccess();
    unpacked = directory.resolve("durability-" + Packages.VERSION);
  }

  private Done durability(Map<String, String> environment, String... args) throws Exception {
    return Packages.run(tmp, environment, command(args));
  }

  private static List<String> command(String... args) {
    return Stream.concat(Stream.of(unpacked.resolve("bin/durability").toString()), Stream.of(args))
        .toList();
  }

  @Test
  void aLogIsWrittenReadAndVerified() throws Exception {
    Files.writeString(tmp.resolve("words"), "one\ntwo\n");

    assertThat(durability(Map.of(), "--version").outOfSuccess())
        .startsWith("durability " + Packages.VERSION + " (Java ");
    durability(Map.of(), "append", "mylog", "words").outOfSuccess();
    Done cat = durability(Map.of(), "cat", "mylog");
    assertThat(cat.outOfSuccess()).isEqualTo("one\ntwo\n");
    assertThat(cat.err()).isEmpty();
    assertThat(durability(Map.of(), "verify", "mylog").outOfSuccess()).contains("CLEAN");
    assertThat(durability(Map.of(), "demo", "--rounds", "1", "demo").outOfSuccess())
        .contains("lost");
  }

  @Test
  void theArchiveOfClassesIsUsedWhereItWasNotMade() throws Exception {
    assertThat(durability(WITH_ARCHIVE, "--version").status()).isZero();
  }

  @Test
  void whereTheArchiveDoesNotFitTheProgramStartsAllTheSame() throws Exception {
    Path jar = unpacked.resolve("app/durability.jar");
    FileTime time = Files.getLastModifiedTime(jar);
    Files.setLastModifiedTime(jar, FileTime.fromMillis(time.toMillis() + 10_000));
    try {
      assertThat(durability(WITH_ARCHIVE, "--version").status()).isNotZero();

      Done plain = durability(Map.of(), "--version");
      assertThat(plain.outOfSuccess()).startsWith("durability ");
      assertThat(plain.err()).isEmpty();
    } finally {
      Files.setLastModifiedTime(jar, time);
    }
  }

  @Test
  void storesAreOnTheClassPathOnlyIfTheyAreUsed() throws Exception {
    String s3 = unpacked.resolve("app/s3").toString();
    String bookkeeper = unpacked.resolve("app/bookkeeper").toString();

    assertThat(durability(TELLING_CLASS_PATH, "--version").err())
        .contains("durability.jar")
        .doesNotContain(s3, bookkeeper);
    assertThat(durability(TELLING_CLASS_PATH, "verify", "--help", "s3://bucket/log").err())
        .contains(s3)
        .doesNotContain(bookkeeper);
    assertThat(durability(TELLING_CLASS_PATH, "cluster", "--help").err())
        .contains(bookkeeper)
        .doesNotContain(s3);
  }

  @Test
  void archivesInS3AreReached() throws Exception {
    HttpServer service =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    byte[] refusal =
        "<Error><Code>AccessDenied</Code><Message>not for you</Message></Error>".getBytes(UTF_8);
    service.createContext(
        "/",
        call -> {
          call.getResponseHeaders().add("Content-Type", "application/xml");
          call.sendResponseHeaders(403, refusal.length);
          call.getResponseBody().write(refusal);
          call.close();
        });
    service.start();
    try {
      Done verify =
          durability(
              Map.of("AWS_ACCESS_KEY_ID", "id", "AWS_SECRET_ACCESS_KEY", "secret"),
              "verify",
              "s3://bucket/log?region=here&endpoint=http://127.0.0.1:"
                  + service.getAddress().getPort());

      assertThat(verify.status()).isEqualTo(3);
      assertThat(verify.err()).contains("not for you");
      assertThat(verify.err().lines()).hasSize(1);
    } finally {
      service.stop(0);
    }
  }

  @Test
  void aLogIsWrittenToBookKeeperAndRead() throws Exception {
    Files.writeString(tmp.resolve("words"), "one\ntwo\n");
    Process cluster =
        Packages.start(tmp, Map.of(), command("cluster", "mycluster", "--bookies", "3"))
            .redirectErrorStream(true)
            .start();
    List<ProcessHandle> nodes = new ArrayList<>();
    try (BufferedReader out = cluster.inputReader(UTF_8)) {
      StringBuilder said = new StringBuilder();
      for (String line = ""; !line.startsWith("ready"); said.append(line).append('\n')) {
        line = out.readLine();
        assertThat(line).as("after %s", said).isNotNull();
      }
      cluster.descendants().forEach(nodes::add);
      durability(Map.of(), "append", "--store", "mycluster/store.conf", "orders", "words")
          .outOfSuccess();
      Done cat = durability(Map.of(), "cat", "--store", "mycluster/store.conf", "orders");
      assertThat(cat.outOfSuccess()).isEqualTo("one\ntwo\n");
    } finally {
      cluster.destroy(); // SIGTERM: it ends its nodes.
      boolean ended = cluster.waitFor(1, TimeUnit.MINUTES);
      nodes.forEach(ProcessHandle::destroyForcibly);
      cluster.destroyForcibly();
      assertThat(ended).isTrue();
    }
  }

  @Test
  void eachCommandHasAManPageAndEachShellAScript() throws Exception {
    TreeSet<String> pages = new TreeSet<>(List.of("durability.1.gz"));
    for (String command : ProgramSyntax.specification().subcommands().keySet()) {
      pages.add("durability-" + command + ".1.gz");
    }

    try (Stream<Path> man = Files.list(unpacked.resolve("share/man/man1"))) {
      assertThat(man.map(page -> page.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(pages);
    }
    String page =
        Packages.run(
                unpacked, Map.of(), List.of("gzip", "-dc", "share/man/man1/durability-cat.1.gz"))
            .outOfSuccess();
    assertThat(page)
        .contains(".SH \"NAME\"", ".SH \"OPTIONS\"", "\\-\\-from", ".SH \"EXIT STATUS\"")
        .contains("durability " + Packages.VERSION);
    assertThat(unpacked.resolve("share/bash-completion/completions/durability")).isNotEmptyFile();
    assertThat(unpacked.resolve("share/zsh/site-functions/_durability")).isNotEmptyFile();
    assertThat(unpacked.resolve("share/fish/vendor_completions.d/durability.fish"))
        .isNotEmptyFile();
  }

  @Test
  void allUsersMayReadIt() throws Exception {
    try (Stream<Path> files = Files.walk(unpacked)) {
      for (Path file : files.toList()) {
        assertThat(Files.getPosixFilePermissions(file))
            .as("%s", file)
            .contains(PosixFilePermission.OTHERS_READ)
            .doesNotContain(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);
      }
    }
  }

  @Test
  void whatOnlyProgrammersNeedIsNotThere() {
    assertThat(unpacked.resolve("java/bin/java")).isExecutable();
    assertThat(unpacked.resolve("java/legal")).isDirectory();
    assertThat(unpacked.resolve("LICENSE")).isNotEmptyFile();
    for (String absent : List.of("java/include", "java/jmods", "java/bin/javac", "java/man")) {
      assertThat(unpacked.resolve(absent)).doesNotExist();
    }
  }
}

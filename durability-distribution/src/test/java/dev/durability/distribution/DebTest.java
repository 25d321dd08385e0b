package dev.durability.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The .deb, installed in a Debian without Java, used, and removed. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class DebTest {
  private static final Map<String, String> PLAIN = Map.of("DEBIAN_FRONTEND", "noninteractive");

  /** What apt and dpkg keep of their own work, whatever the package. */
  private static final String NOTES =
      "/var/log/.*|/var/cache/apt/.*|/var/lib/apt/.*|/var/lib/dpkg/([^/]*-old|lock.*|triggers/Lock)";

  @Test
  void aptInstallsItRunsItAndRemovesItWithoutTraces() throws Exception {
    try (Chroot debian = Chroot.debian()) {
      Set<String> before = files(debian);
      Files.copy(Packages.deb(), debian.path("/durability.deb"));

      debian.run(PLAIN, "apt-get", "install", "-y", "./durability.deb").outOfSuccess();

      assertThat(debian.run(PLAIN, "durability", "--version").outOfSuccess())
          .startsWith("durability " + Packages.VERSION + " (Java ");
      String session =
          "printf 'one\\ntwo\\n' | durability append /mylog 2>/dev/null && durability cat /mylog";
      assertThat(debian.run(PLAIN, "bash", "-c", session).outOfSuccess()).endsWith("one\ntwo\n");
      assertThat(
              debian
                  .run(
                      Map.of("DURABILITY_JAVA_OPTS", "-Xshare:on"),
                      "durability",
                      "verify",
                      "/mylog")
                  .outOfSuccess())
          .contains("CLEAN");
      assertThat(
              debian
                  .run(
                      PLAIN,
                      "bash",
                      "-c",
                      "source /usr/share/bash-completion/completions/durability"
                          + " && complete -p durability")
                  .outOfSuccess())
          .contains("durability");
      Set<String> installed = files(debian);
      for (String file :
          List.of(
              "/usr/bin/durability",
              "/usr/share/man/man1/durability-cat.1.gz",
              "/usr/share/zsh/vendor-completions/_durability",
              "/usr/share/fish/vendor_completions.d/durability.fish",
              "/usr/share/doc/durability/copyright")) {
        assertThat(installed).contains(file);
      }

      debian.run(PLAIN, "apt-get", "purge", "-y", "durability").outOfSuccess();
      debian.run(PLAIN, "rm", "-r", "/mylog", "/durability.deb").outOfSuccess();
      assertThat(files(debian)).isEqualTo(before);
    }
  }

  private static Set<String> files(Chroot debian) throws Exception {
    Set<String> files = new TreeSet<>();
    debian
        .run(PLAIN, "find", "/", "-xdev", "-path", "/proc", "-prune", "-o", "-print")
        .outOfSuccess()
        .lines()
        .filter(file -> !file.matches(NOTES))
        .forEach(files::add);
    assertThat(files).contains("/usr/bin/dpkg");
    return files;
  }
}

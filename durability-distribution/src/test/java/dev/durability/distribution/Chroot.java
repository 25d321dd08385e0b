package dev.durability.distribution;

import dev.durability.distribution.Packages.Done;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A small Debian in a directory, in which programs run as root and see nothing else. It is made
 * once per build, from the packages that this machine's own come from.
 */
final class Chroot implements AutoCloseable {
  private static final Path BASE = Packages.TARGET.resolve("debian.tar");

  /** Mounts are seen by these programs alone, and end with them. */
  private static final String ENTER =
      "mount -t proc proc \"$0/proc\" && exec chroot \"$0\" /usr/bin/env \"$@\"";

  private static final String MAKE =
      """
      set -euo pipefail
      . /etc/os-release
      site=$(apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' \
        | sed -n "s/ $VERSION_CODENAME main$//p" | head -n 1)
      debootstrap --variant=minbase "$VERSION_CODENAME" "$0" "$site"
      tar -C "$0" -cf "$1.new" .
      mv "$1.new" "$1"
      """;

  private final Path directory;

  private Chroot(Path directory) {
    this.directory = directory;
  }

  /** Unpacks one; skips the test if there can be none here. */
  static Chroot debian() throws IOException, InterruptedException {
    if (!"root".equals(System.getProperty("user.name"))) {
      throw Packages.skip("needs root, to install packages in a directory");
    }
    for (String program : List.of("apt-get", "debootstrap", "unshare")) {
      if (!Packages.isProgram(program)) {
        throw Packages.skip("needs " + program);
      }
    }
    if (!Files.exists(BASE)) {
      make();
    }
    Path directory = Files.createTempDirectory("durability-debian");
    Chroot chroot = new Chroot(directory);
    host("tar", "-C", directory.toString(), "-xf", BASE.toString()).outOfSuccess();
    return chroot;
  }

  private static void make() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("durability-debian");
    try (Chroot made = new Chroot(directory)) {
      Done done = host("bash", "-c", MAKE, made.directory.toString(), BASE.toString());
      if (done.status() != 0) {
        throw Packages.skip("needs the packages of Debian: " + done.out() + done.err());
      }
    }
  }

  private static Done host(String... command) throws IOException, InterruptedException {
    return Packages.run(Packages.TARGET, Map.of(), List.of(command));
  }

  Path path(String inside) {
    return directory.resolve(inside.replaceFirst("^/", ""));
  }

  Done run(Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>();
    all.addAll(List.of("unshare", "--mount", "bash", "-c", ENTER, directory.toString()));
    environment.forEach((name, value) -> all.add(name + "=" + value));
    all.addAll(List.of(command));
    return Packages.run(directory, Map.of(), all);
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}

package dev.durability.benchmarks.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guarantee that we add: EclipseStore cannot tell whether its files are opened for it. */
class EclipseFilesTest {
  private static final Path OPEN_FILES = Path.of("/proc/self/fd");

  /** The same on all processors but a few that nobody runs Java on. */
  private static final int O_DSYNC = 0x1000;

  @TempDir private Path directory;

  @Test
  void dataAndTransactionsAreWrittenWithDsyncIfThatIsAskedFor() throws Exception {
    assertThat(withDsync(EclipseAccounts.synced()))
        .containsEntry("channel_0_1.dat", true)
        .containsEntry("transactions_0.sft", true)
        .doesNotContainValue(false);
  }

  @Test
  void byDefaultNothingIsSynced() throws Exception {
    assertThat(withDsync(EclipseAccounts.byDefault()))
        .containsEntry("channel_0_1.dat", false)
        .doesNotContainValue(true);
  }

  /** The files that are open in the directory after a withdrawal, and whether writes sync them. */
  private Map<String, Boolean> withDsync(Accounts accounts) throws Exception {
    boolean isLinux = Files.isDirectory(OPEN_FILES);
    String reason = "skipped: only Linux shows with which flags a file is open";
    if (!isLinux) {
      System.out.println("EclipseFilesTest " + reason);
    }
    assumeTrue(isLinux, reason);
    try (accounts) {
      accounts.open(directory, Promise.DURABLE);
      accounts.append(new byte[Accounts.MEMO_BYTES]);
      Map<String, Boolean> open = new TreeMap<>();
      for (Path descriptor : descriptors()) {
        Path file =
            Files.isSymbolicLink(descriptor) ? Files.readSymbolicLink(descriptor) : descriptor;
        if (file.startsWith(directory.toRealPath())) {
          open.put(file.getFileName().toString(), isDsync(descriptor));
        }
      }
      return open;
    }
  }

  private static List<Path> descriptors() throws IOException {
    try (Stream<Path> all = Files.list(OPEN_FILES)) {
      return all.toList();
    }
  }

  private static boolean isDsync(Path descriptor) throws IOException {
    Path info = OPEN_FILES.resolveSibling("fdinfo").resolve(descriptor.getFileName().toString());
    String flags =
        Files.readAllLines(info).stream()
            .filter(line -> line.startsWith("flags:"))
            .findFirst()
            .orElseThrow();
    return (Integer.parseInt(flags.substring("flags:".length()).strip(), 8) & O_DSYNC) != 0;
  }
}

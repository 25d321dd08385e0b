package dev.durability.bookkeeper.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.bookkeeper.BookKeeperDirectory;
import dev.durability.bookkeeper.BookKeeperOptions;
import dev.durability.storage.Directory;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Opens the log of another writer, here, and goes on with it. */
final class Takeover implements AutoCloseable {
  private static final int FILLER_BYTES = 100;

  private final BookKeeperDirectory directory;
  private final WalWriter<ProofEntry> log;
  private final int life;
  private final ProofState found;
  private long n;

  private Takeover(BookKeeperDirectory directory, WalWriter<ProofEntry> log, int life)
      throws IOException {
    this.directory = directory;
    this.log = log;
    this.life = life;
    this.found = WriterProcess.recover(directory);
    this.n = found.last();
  }

  /** Opens it, and appends entries that are durable when this returns. */
  static Takeover of(String address, int life) throws IOException {
    BookKeeperDirectory directory = BookKeeperDirectory.open(BookKeeperOptions.parse(address));
    try {
      Takeover takeover =
          new Takeover(
              directory,
              WalWriter.open(directory, new ProofEntry.Bytes(), WriterProcess.options()),
              life);
      assertThat(takeover.found.violation()).isEmpty();
      assertThat(takeover.found.last()).isEqualTo(takeover.log.lastAppendedId());
      takeover.append(3);
      return takeover;
    } catch (IOException | RuntimeException | Error e) {
      directory.close();
      throw e;
    }
  }

  void append(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      log.appendDurable(new ProofEntry(life, ++n, FILLER_BYTES));
    }
  }

  /** The last entry that was appended here. */
  long last() {
    return n;
  }

  /** What was in the log when it was opened. */
  ProofState found() {
    return found;
  }

  /** The names of what is durable, without files that are being made. */
  List<String> names() throws IOException {
    List<String> names = new ArrayList<>();
    for (String in : List.of("wal", "checkpoints", "quarantine")) {
      if (directory.exists(in)) {
        names.addAll(list(directory, in));
      }
    }
    return names;
  }

  private static List<String> list(Directory directory, String in) throws IOException {
    return directory.list(in).stream()
        .filter(name -> !name.contains("spare") && !name.endsWith(".tmp"))
        .map(name -> in + "/" + name)
        .toList();
  }

  /** Closes the log, and sees that it holds what was found and what was appended here. */
  void end() throws IOException {
    log.close();
    List<ProofState.Run> expected = new ArrayList<>(found.runs());
    expected.add(new ProofState.Run(life, found.last() + 1, n));
    ProofState end = WriterProcess.recover(directory);
    assertThat(end.violation()).isEmpty();
    assertThat(end.runs()).isEqualTo(expected);
  }

  @Override
  public void close() throws IOException {
    try {
      log.close();
    } finally {
      directory.close();
    }
  }

  @Override
  public String toString() {
    return "writer " + life + ", which found " + Arrays.toString(found.runs().toArray());
  }
}

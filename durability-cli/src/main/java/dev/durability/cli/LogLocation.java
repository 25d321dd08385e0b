package dev.durability.cli;

import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import dev.durability.storage.FsOptions;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Where the log is that a command works on: a directory of this machine or, with {@code --store}, a
 * log on BookKeeper. Close it after the command has ended.
 */
final class LogLocation implements Closeable {
  private static final String STORE = "--store";

  private final String name;
  private final @Nullable StoreAddress store;
  private final CommandIo io;
  private @Nullable Closeable open;

  private LogLocation(String name, @Nullable StoreAddress store, CommandIo io) {
    this.name = name;
    this.store = store;
    this.io = io;
  }

  /** Adds the option to a command. */
  static void addOption(CommandSpec spec) {
    spec.addOption(
        OptionSpec.builder(STORE)
            .type(String.class)
            .paramLabel("STORE")
            .description(
                "Where logs are that are not in a directory of this machine: an address such as"
                    + " bk://zk1:2181/logs, or a file with one. DIR is then the name of the log"
                    + " there.")
            .build());
  }

  /** The log that was given as the first operand. */
  static LogLocation of(ParseResult given, CommandIo io) throws IOException {
    return of(given, given.matchedPositionalValue(0, ""), io);
  }

  /**
   * The log of this name.
   *
   * @throws UsageException if the store is none
   * @throws IOException if the file with its address cannot be read
   */
  static LogLocation of(ParseResult given, String name, CommandIo io) throws IOException {
    String store = given.matchedOptionValue(STORE, "");
    if (store.isEmpty() && name.startsWith(StoreAddress.SCHEME)) {
      throw new UsageException(
          "an address is given with "
              + STORE
              + ", and DIR is then the name of the log there: "
              + STORE
              + " "
              + name.substring(0, Math.max(name.lastIndexOf('/'), StoreAddress.SCHEME.length()))
              + " "
              + name.substring(name.lastIndexOf('/') + 1));
    }
    return new LogLocation(name, store.isEmpty() ? null : StoreAddress.of(store, name), io);
  }

  /** As it was given. */
  String name() {
    return name;
  }

  /** Whether it is in a directory of this machine. */
  boolean isLocal() {
    return store == null;
  }

  /**
   * Opens an existing log for reading, which creates nothing.
   *
   * @throws IOException if it is missing, not a log, or not readable
   */
  Directory forReading() throws IOException {
    return store == null ? LogDirectory.forReading(Path.of(name)) : existing(store);
  }

  /**
   * The same, also if all segments are gone and checkpoints are left.
   *
   * @throws IOException if it is missing, not a log, or not readable
   */
  Directory forReadingWhatIsLeft() throws IOException {
    Path path = Path.of(name);
    boolean hasOnlyCheckpoints =
        store == null
            && Files.isDirectory(path.resolve("checkpoints"))
            && !Files.exists(path.resolve("wal"));
    return hasOnlyCheckpoints ? FsDirectory.openForReading(path) : forReading();
  }

  /**
   * Opens an existing log to change it.
   *
   * @throws IOException if it is missing, not a log, or not writable
   */
  Directory forWriting() throws IOException {
    return store == null ? LogDirectory.forWriting(Path.of(name)) : existing(store);
  }

  /**
   * Opens a log to append to it, and creates it if it is missing.
   *
   * @param creation who may use what is created in a directory of this machine
   * @throws IOException if it cannot be opened or created
   */
  Directory forAppending(FsOptions creation) throws IOException {
    return store == null ? FsDirectory.open(Path.of(name), creation) : onStore(store, false);
  }

  /**
   * Opens what may be left of a log in a store.
   *
   * @throws UsageException if it is in no store
   * @throws IOException if the store cannot be reached
   */
  Directory forRebuilding() throws IOException {
    if (store == null) {
      throw new UsageException("only a log in a --store has names to make again");
    }
    return onStore(store, false);
  }

  private Directory existing(StoreAddress address) throws IOException {
    try {
      Directory directory = onStore(address, true);
      var unused = directory.list("wal");
      return directory;
    } catch (NoSuchFileException e) {
      throw new FileSystemException(toString(), null, "there is no log of this name");
    }
  }

  /** If it has to exist, nothing is created where it does not. */
  private Directory onStore(StoreAddress address, boolean exists) throws IOException {
    Closeable before = open;
    if (before instanceof Directory directory) {
      return directory;
    }
    Directory directory = address.open(io, exists);
    open = (Closeable) directory;
    return directory;
  }

  /** How a file of the log is named in a message. */
  String file(String path) {
    return store == null ? Path.of(name).resolve(path).toString() : path + " of " + this;
  }

  @Override
  public void close() throws IOException {
    Closeable opened = open;
    if (opened != null) {
      open = null;
      opened.close();
    }
  }

  /** How the log is named in a message. */
  @Override
  public String toString() {
    return store == null ? name : store.toString();
  }
}

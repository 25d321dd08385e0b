package dev.durability.bookkeeper;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.ReadFile;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** A directory whose files are ledgers of Apache BookKeeper, with their names in ZooKeeper. */
public final class BookKeeperDirectory implements Directory, Closeable {
  private final BookKeeperOptions options;

  private BookKeeperDirectory(BookKeeperOptions options) {
    this.options = options;
  }

  /**
   * Connects, and creates the root if it is missing.
   *
   * @param options where and how
   * @return the directory, connected
   * @throws IOException if ZooKeeper cannot be reached within the session timeout
   */
  public static BookKeeperDirectory open(BookKeeperOptions options) throws IOException {
    return new BookKeeperDirectory(options);
  }

  @Override
  public AppendFile create(String path, long expectedBytes) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public AppendFile resume(String path, long offset) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public ReadFile open(String path) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public void rename(String from, String to) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public void delete(String path) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean exists(String path) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<String> list(String directory) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public void createDirectories(String directory) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public void sync(String directory) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public DirectoryLock lock(String path) throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * Gives up what this directory holds, and disconnects. Close the files and locks first.
   *
   * @throws IOException if that fails
   */
  @Override
  public void close() throws IOException {}

  @Override
  public String toString() {
    return options.toString();
  }
}

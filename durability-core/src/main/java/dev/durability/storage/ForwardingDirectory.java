package dev.durability.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A directory that passes every call on to another one. Extend it to watch, count, delay or refuse
 * some calls, and override only the methods that you need.
 *
 * <p>Each method calls the method of the same name once, with the same arguments, and no other
 * method of this class: overriding one leaves all the others as they are. Files and locks are
 * returned as they are, not wrapped. What is durable, what is thrown and which threads may call is
 * therefore what the directory beneath says. An overriding method has to keep the contract of
 * {@link Directory}.
 *
 * <p>It holds no state besides the directory beneath, and closes nothing.
 */
public abstract class ForwardingDirectory implements Directory {
  private final Directory under;

  /**
   * Wraps a directory.
   *
   * @param under where the calls go
   */
  protected ForwardingDirectory(Directory under) {
    this.under = Objects.requireNonNull(under);
  }

  @Override
  public AppendFile create(String path, long expectedBytes) throws IOException {
    return under.create(path, expectedBytes);
  }

  @Override
  public AppendFile resume(String path, long offset) throws IOException {
    return under.resume(path, offset);
  }

  @Override
  public ReadFile open(String path) throws IOException {
    return under.open(path);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    under.rename(from, to);
  }

  @Override
  public void delete(String path) throws IOException {
    under.delete(path);
  }

  @Override
  public boolean exists(String path) throws IOException {
    return under.exists(path);
  }

  @Override
  public List<String> list(String directory) throws IOException {
    return under.list(directory);
  }

  @Override
  public void createDirectories(String directory) throws IOException {
    under.createDirectories(directory);
  }

  @Override
  public void sync(String directory) throws IOException {
    under.sync(directory);
  }

  @Override
  public DirectoryLock lock(String path) throws IOException {
    return under.lock(path);
  }

  @Override
  public @Nullable ByteBuffer map(String path) throws IOException {
    return under.map(path);
  }

  @Override
  public boolean readsOnlyDurable() {
    return under.readsOnlyDurable();
  }

  /** {@return what the directory beneath says of itself, for messages} */
  @Override
  public String toString() {
    return under.toString();
  }
}

package dev.durability.frame;

import dev.durability.errors.DurabilityException;
import dev.durability.errors.LockLostException;
import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.ForwardingDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A directory that is changed only while its lock is held. Before a file is created, resumed,
 * renamed, deleted or cut, it checks that the lock is still held: another holder may have files
 * under the same names, and may have acknowledged what this one would remove. Storage can be slow,
 * so a check at the start of some work is out of date at its end: each of these steps checks again.
 *
 * <p>Writes are not checked here: a writer checks once for many of them. This class does not
 * release the lock.
 */
public final class OwnedDirectory extends ForwardingDirectory {
  private final DirectoryLock lock;

  /**
   * Takes a directory whose lock is held.
   *
   * @param under the directory
   * @param lock what keeps others from changing it
   */
  public OwnedDirectory(Directory under, DirectoryLock lock) {
    super(under);
    this.lock = lock;
  }

  /**
   * Tells why an opening failed. What another writer changes meanwhile looks like damage: if the
   * lock is lost, that is the reason.
   *
   * @param lock the lock under which it was opened
   * @param failure what failed
   * @return the failure, or that the lock was lost
   */
  public static DurabilityException lostOr(DirectoryLock lock, DurabilityException failure) {
    try {
      lock.requireHeld();
    } catch (LockLostException lost) {
      lost.addSuppressed(failure);
      return lost;
    } catch (IOException unknown) {
      failure.addSuppressed(unknown);
    }
    return failure;
  }

  @Override
  public AppendFile create(String path, long expectedBytes) throws IOException {
    OwnedFile file = new OwnedFile(lock); // All memory is taken before there is a file.
    lock.requireHeld();
    file.under = super.create(path, expectedBytes);
    return file;
  }

  @Override
  public AppendFile resume(String path, long offset) throws IOException {
    OwnedFile file = new OwnedFile(lock);
    lock.requireHeld();
    file.under = super.resume(path, offset);
    return file;
  }

  @Override
  public void rename(String from, String to) throws IOException {
    lock.requireHeld();
    super.rename(from, to);
  }

  @Override
  public void delete(String path) throws IOException {
    lock.requireHeld();
    super.delete(path);
  }

  private static final class OwnedFile implements AppendFile {
    private final DirectoryLock lock;
    private @Nullable AppendFile under;

    OwnedFile(DirectoryLock lock) {
      this.lock = lock;
    }

    private AppendFile under() {
      return Objects.requireNonNull(under);
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
      under().write(source);
    }

    @Override
    public void flush() throws IOException {
      under().flush();
    }

    @Override
    public void sync() throws IOException {
      under().sync();
    }

    @Override
    public void truncate(long size) throws IOException {
      lock.requireHeld();
      under().truncate(size);
    }

    @Override
    public long position() {
      return under().position();
    }

    @Override
    public void close() throws IOException {
      under().close();
    }
  }
}

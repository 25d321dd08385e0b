package dev.durability.testkit.junit;

import dev.durability.storage.Directory;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Tests that hold a {@link Directory} to its contract. Extend one of these classes for each
 * implementation, and return a new, empty directory for each test:
 *
 * <ul>
 *   <li>{@link ResumingDirectoryContractTest} if the storage can resume a file at an offset ({@link
 *       Directory#resume}) and cut it ({@link dev.durability.storage.AppendFile#truncate}), as file
 *       systems can;
 *   <li>{@link AppendOnlyDirectoryContractTest} if it refuses both, as a replicated append-only
 *       store may;
 *   <li>this class if it can do one of the two. Then what it does about the other is not tested.
 * </ul>
 *
 * <pre>{@code
 * class FsDirectoryContractTest extends ResumingDirectoryContractTest {
 *   @TempDir Path temporary;
 *
 *   @Override
 *   protected Directory newDirectory() throws IOException {
 *     return FsDirectory.open(temporary);
 *   }
 * }
 * }</pre>
 *
 * <p>The tests cover paths, creating and writing, reading, renaming and deleting, directories,
 * locks, and interrupted threads. They write about 10 MiB at most, use up to four threads, and run
 * in one process.
 *
 * <p><b>Not covered.</b> What a loss of power leaves: for that, pull the plug of the real storage.
 * Locks between processes. What happens when the storage fails or is full. Symbolic links.
 *
 * <p>Add tests of your own to the same class; {@link #directory()} is what the test that runs was
 * given. The class needs {@code junit-jupiter-api}, which the testkit does not bring along.
 */
public abstract class DirectoryContractTest extends InterruptContract {
  private @Nullable Directory directory;

  /** For subclasses. */
  protected DirectoryContractTest() {}

  /**
   * Makes the directory for one test.
   *
   * @return a new, empty directory
   * @throws IOException if it cannot be made: the test fails
   */
  protected abstract Directory newDirectory() throws IOException;

  /** {@return the directory of the test that runs} */
  @Override
  protected final Directory directory() {
    return Objects.requireNonNull(directory, "the directory is made before each test");
  }

  @BeforeEach
  final void makeDirectory() throws IOException {
    directory = newDirectory();
  }

  /** A test that failed after an interrupt must not leave the interrupt flag to the next test. */
  @AfterEach
  final void clearInterrupt() {
    boolean unused = Thread.interrupted();
  }
}

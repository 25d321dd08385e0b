package dev.durability.bookkeeper;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.testkit.junit.ResumingDirectoryContractTest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** The contract with writes that wait until they are confirmed. */
class WaitingContractTest extends ResumingDirectoryContractTest {
  private @Nullable BookKeeperDirectory opened;

  @Override
  protected Directory newDirectory() throws IOException {
    BookKeeperDirectory made = SharedBookies.open(SharedBookies.newRoot().build());
    opened = made;
    return new Waiting(made);
  }

  @AfterEach
  void disconnect() throws IOException {
    Objects.requireNonNull(opened).close();
  }

  private static final class Waiting extends ForwardingDirectory {
    Waiting(Directory under) {
      super(under);
    }

    @Override
    public AppendFile create(String path, long expectedBytes) throws IOException {
      return new WaitingFile(super.create(path, expectedBytes));
    }

    @Override
    public AppendFile resume(String path, long offset) throws IOException {
      return new WaitingFile(super.resume(path, offset));
    }
  }

  private record WaitingFile(AppendFile under) implements AppendFile {
    @Override
    public void write(ByteBuffer source) throws IOException {
      under.write(source);
      under.flush();
    }

    @Override
    public void sync() throws IOException {
      under.sync();
    }

    @Override
    public void truncate(long size) throws IOException {
      under.truncate(size);
    }

    @Override
    public long position() {
      return under.position();
    }

    @Override
    public void close() throws IOException {
      under.close();
    }
  }
}

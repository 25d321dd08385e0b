package dev.durability.cli;

import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.junit.ResumingDirectoryContractTest;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Whoever reads through a meter reads what is there. */
class MeteredDirectoryContractTest extends ResumingDirectoryContractTest {
  private static final CommandIo NO_TERMINAL =
      new CommandIo(
          new ByteArrayInputStream(new byte[0]),
          OutputStream.nullOutputStream(),
          new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
          0,
          new Termination());

  @Override
  protected Directory newDirectory() {
    return new MeteredDirectory(new MemoryDirectory(), Progress.start(NO_TERMINAL, "read", -1));
  }
}

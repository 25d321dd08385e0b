package dev.durability.testkit.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.durability.storage.AppendFile;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A thread that is interrupted gets its work done, and stays interrupted. */
abstract class InterruptContract extends LockContract {

  @Test
  void interruptBeforeEachCallHasNoEffectAndTheFlagStays() throws IOException {
    interrupted(() -> directory().createDirectories("d/e"));
    AppendFile appender = interrupted(() -> directory().create("d/a", 100_000));
    interrupted(() -> appender.write(bytes("content")));
    interrupted(() -> appender.write(ByteBuffer.allocateDirect(5)));
    interrupted(appender::sync);
    interrupted(() -> directory().sync("d"));
    ReadFile reader = interrupted(() -> directory().open("d/a"));
    assertTrue(interrupted(reader::size) >= 7);
    ByteBuffer target = ByteBuffer.allocate(7);
    assertTrue(interrupted(() -> reader.read(target, 0)) > 0);
    assertEquals(List.of("a"), interrupted(() -> directory().list("d")));
    assertTrue(interrupted(() -> directory().exists("d/a")));
    interrupted(() -> directory().rename("d/a", "d/b"));
    DirectoryLock lock = interrupted(() -> directory().lock(".lock"));
    interrupted(() -> appender.write(bytes("more")));
    assertTrue(interrupted(lock::isHeld));
    interrupted(lock::requireHeld);
    interrupted(() -> lock.guard("d/b"));
    interrupted(lock::close);
    interrupted(reader::close);
    interrupted(appender::close);
    interrupted(() -> directory().delete("d/b"));
    assertEquals(List.of(), directory().list("d"));
  }
}

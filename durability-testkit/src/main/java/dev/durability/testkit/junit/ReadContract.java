package dev.durability.testkit.junit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.durability.storage.AppendFile;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Files that are read, by one thread and by many, and files that are closed. */
abstract class ReadContract extends WriteContract {

  @Test
  void openingMissingFileOrDirectoryIsRefused() throws IOException {
    directory().createDirectories("d");
    write("a", "content");
    assertThrows(NoSuchFileException.class, () -> directory().open("b"));
    assertThrows(NoSuchFileException.class, () -> directory().open("e/b"));
    assertThrows(IOException.class, () -> directory().open("d"));
    assertThrows(IOException.class, () -> directory().open("a/b"));
    assertFalse(directory().exists("b"));
  }

  @Test
  void readAtOrAfterTheEndIsMinusOneAndLeavesTheTarget() throws IOException {
    write("a", "content");
    try (ReadFile file = directory().open("a")) {
      for (long position : new long[] {7, 8, 1L << 40}) {
        ByteBuffer target = ByteBuffer.allocate(4).position(1);
        assertEquals(-1, file.read(target, position), "at " + position);
        assertEquals(1, target.position());
      }
      assertEquals(-1, file.read(ByteBuffer.allocate(0), 7), "a full target at the end");
      assertEquals(0, file.read(ByteBuffer.allocate(0), 6), "a full target before the end");
    }
  }

  @Test
  void readFillsFromPositionToLimitOnly() throws IOException {
    write("a", "0123456789");
    try (ReadFile file = directory().open("a")) {
      byte[] array = "-".repeat(8).getBytes(UTF_8);
      ByteBuffer target = ByteBuffer.wrap(array, 2, 3);
      fill(file, target, 4);
      assertEquals("--456---", new String(array, UTF_8));
      assertEquals(5, target.position());
      target.clear();
      fill(file, target, 8);
      assertEquals(2, target.position());
    }
  }

  @Test
  void readIntoReadOnlyBufferIsRefused() throws IOException {
    write("a", "content");
    try (ReadFile file = directory().open("a")) {
      assertIllegal(
          "read into a read-only buffer",
          () -> file.read(ByteBuffer.allocate(3).asReadOnlyBuffer(), 0));
    }
  }

  @Test
  void closedFilesRefuseUse() throws IOException {
    AppendFile appender = directory().create("a", 0);
    appender.write(bytes("content"));
    ReadFile reader = directory().open("a");
    appender.close();
    appender.close();
    reader.close();
    reader.close();
    assertThrows(IOException.class, () -> appender.write(bytes("x")));
    assertThrows(IOException.class, appender::sync);
    assertThrows(IOException.class, () -> appender.truncate(0));
    assertThrows(IOException.class, () -> reader.read(ByteBuffer.allocate(1), 0));
    assertThrows(IOException.class, reader::size);
    assertEquals(7, appender.position());
    assertEquals("content", read("a"));
  }

  @Test
  void manyThreadsReadOneHandleWhileItGrows() throws Exception {
    byte[] content = new byte[400_000];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i * 31);
    }
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (AppendFile appender = directory().create("a", 0);
        ReadFile reader = directory().open("a")) {
      CountDownLatch started = new CountDownLatch(4);
      List<Future<?>> readers = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        readers.add(
            threads.submit(
                () -> {
                  started.countDown();
                  assertGrowsTo(reader, content);
                  return null;
                }));
      }
      started.await();
      for (int at = 0; at < content.length; at += 1_000) {
        appender.write(ByteBuffer.wrap(content, at, 1_000));
      }
      for (Future<?> each : readers) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static void assertGrowsTo(ReadFile reader, byte[] content) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(content.length);
    while (target.hasRemaining()) {
      int at = target.position();
      long size = reader.size();
      int read = reader.read(target, at);
      if (read > 0) {
        int difference = Arrays.mismatch(target.array(), at, at + read, content, at, at + read);
        assertEquals(-1, difference, "the first byte that differs, after " + at);
      } else {
        assertTrue(size <= at, "nothing was read at " + at + " of " + size + " bytes");
        Thread.onSpinWait();
      }
    }
  }
}

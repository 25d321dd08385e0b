package dev.durability.testkit.junit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.durability.storage.AppendFile;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Files that are created, and what is written into them. */
abstract class WriteContract extends PathContract {

  @Test
  void createdFileIsEmptyAndOpenAtZero() throws IOException {
    try (AppendFile file = directory().create("a", 0)) {
      assertEquals(0, file.position());
    }
    assertTrue(directory().exists("a"));
    assertEquals("", read("a"));
  }

  @Test
  void creatingExistingFileIsRefusedAndLeavesIt() throws IOException {
    write("a", "content");
    directory().createDirectories("d");
    assertThrows(FileAlreadyExistsException.class, () -> directory().create("a", 0));
    assertThrows(FileAlreadyExistsException.class, () -> directory().create("a", 100));
    assertThrows(FileAlreadyExistsException.class, () -> directory().create("d", 0));
    assertEquals("content", read("a"));
  }

  @Test
  void creatingInMissingDirectoryOrBelowFileIsRefused() throws IOException {
    write("a", "content");
    assertThrows(NoSuchFileException.class, () -> directory().create("d/a", 0));
    assertThrows(IOException.class, () -> directory().create("a/b", 0));
    assertFalse(directory().exists("d"));
    assertEquals("content", read("a"));
  }

  @Test
  void negativeSizesAndOffsetsAreRefused() throws IOException {
    assertIllegal("create with -1 bytes", () -> directory().create("a", -1));
    assertFalse(directory().exists("a"));
    write("a", "content");
    try (ReadFile file = directory().open("a")) {
      assertIllegal("read at -1", () -> file.read(ByteBuffer.allocate(1), -1));
    }
  }

  @Test
  void writtenBytesAreSeenAtOnceByOpenReaders() throws IOException {
    try (AppendFile file = directory().create("a", 0);
        ReadFile reader = directory().open("a")) {
      assertEquals(0, reader.size());
      file.write(bytes("one"));
      assertEquals("one", readAll(reader));
      file.write(bytes("two"));
      assertEquals("onetwo", readAll(reader));
      assertEquals(6, file.position());
    }
  }

  @Test
  void writeTakesFromPositionToLimitOfAnyBuffer() throws IOException {
    ByteBuffer direct = ByteBuffer.allocateDirect(8);
    direct.put("xxdirect".getBytes(UTF_8)).position(2);
    ByteBuffer middle = ByteBuffer.wrap("--heap--".getBytes(UTF_8), 2, 4);
    ByteBuffer readOnly = bytes("const").asReadOnlyBuffer();
    try (AppendFile file = directory().create("a", 0)) {
      file.write(direct);
      file.write(middle);
      file.write(readOnly);
      file.write(ByteBuffer.allocate(0));
    }
    assertEquals(0, direct.remaining());
    assertEquals(0, middle.remaining());
    assertEquals(0, readOnly.remaining());
    assertEquals(6, middle.position());
    assertEquals("directheapconst", read("a"));
  }

  @Test
  void manyWritesOfRandomSizesReadBackWhole() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    byte[] content = new byte[3 << 20];
    random.nextBytes(content);
    try (AppendFile file = directory().create("a", random.nextInt(2 << 20))) {
      int at = 0;
      while (at < content.length) {
        int most = random.nextInt(10) == 0 ? content.length : 100_000;
        int bytes = Math.min(content.length - at, random.nextInt(most));
        file.write(ByteBuffer.wrap(content, at, bytes));
        at += bytes;
        assertEquals(at, file.position(), "seed=" + seed);
      }
      file.sync();
    }
    try (ReadFile file = directory().open("a")) {
      for (ByteBuffer target :
          List.of(ByteBuffer.allocate(5 << 20), ByteBuffer.allocateDirect(5 << 20))) {
        fill(file, target, 0);
        target.flip();
        byte[] found = new byte[target.remaining()];
        target.get(found);
        assertArrayEquals(content, found, "seed=" + seed);
      }
    }
  }

  @Test
  void reservedRoomReadsAsZerosAfterWhatWasWritten() throws IOException {
    int reserved = 700_001;
    try (AppendFile file = directory().create("a", reserved);
        ReadFile reader = directory().open("a")) {
      assertEquals(0, file.position());
      file.write(bytes("content"));
      file.sync();
      byte[] all = readAllBytes(reader);
      assertTrue(all.length >= 7 && all.length <= reserved, "size " + all.length);
      assertEquals("content", new String(all, 0, 7, UTF_8));
      for (int i = 7; i < all.length; i++) {
        assertEquals(0, all[i], "byte " + i);
      }
    }
  }

  @Test
  void moreThanExpectedMayBeWritten() throws IOException {
    try (AppendFile file = directory().create("a", 3)) {
      file.write(bytes("content"));
    }
    assertEquals("content", read("a"));
  }
}

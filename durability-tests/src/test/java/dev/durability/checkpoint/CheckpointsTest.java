package dev.durability.checkpoint;

import static dev.durability.testkit.Fault.Operation.CLOSE_APPEND;
import static dev.durability.testkit.Fault.Operation.CREATE;
import static dev.durability.testkit.Fault.Operation.CREATE_DIRECTORIES;
import static dev.durability.testkit.Fault.Operation.READ;
import static dev.durability.testkit.Fault.Operation.RENAME;
import static dev.durability.testkit.Fault.Operation.SYNC_DIRECTORY;
import static dev.durability.testkit.Fault.Operation.SYNC_FILE;
import static dev.durability.testkit.Fault.Operation.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codecs;
import dev.durability.codec.Schema;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.FormatException;
import dev.durability.format.Vectors;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FileType;
import dev.durability.frame.FrameEncoder;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.FrameKind;
import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.ReadFile;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
  private static final UUID LOG = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678901Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

  private final MemoryDirectory disk = new MemoryDirectory();
  private final FaultDirectory directory = new FaultDirectory(disk);
  private final Checkpoints checkpoints = Checkpoints.in(directory, CLOCK);

  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  private byte[] payload(String path) throws IOException {
    return checkpoints.read(path, InputStream::readAllBytes);
  }

  private byte[] bytes(String path) throws IOException {
    try (ReadFile file = disk.open(path)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
      while (bytes.hasRemaining() && file.read(bytes, bytes.position()) >= 0) {}
      return bytes.array();
    }
  }

  private void put(String path, byte[] bytes) throws IOException {
    if (disk.exists(path)) {
      disk.delete(path);
    }
    try (AppendFile file = disk.create(path, 0)) {
      file.write(ByteBuffer.wrap(bytes));
    }
  }

  @Test
  void payloadsOfAllSizesComeBack() throws Exception {
    int chunk = 1 << 20;
    for (int size :
        new int[] {0, 1, 7, 8, 1000, chunk - 1, chunk, chunk + 1, 2 * chunk, 3_333_333}) {
      byte[] bytes = random(size);
      String path = checkpoints.write(LOG, size, out -> out.write(bytes));
      assertThat(path).isEqualTo(String.format("checkpoints/%020d.ckpt", size));
      assertThat(payload(path)).isEqualTo(bytes);
      assertThat(checkpoints.isUsable(path, LOG, size)).isTrue();
      assertThat(checkpoints.isUsable(path, LOG, size + 1)).isFalse();
      assertThat(checkpoints.isUsable(path, new UUID(1, 1), size)).isFalse();
      try (CheckpointReader reader = CheckpointReader.open(directory, path)) {
        assertThat(reader.logId()).isEqualTo(LOG);
        assertThat(reader.lastEntryId()).isEqualTo(size);
        assertThat(reader.createdAt()).isEqualTo(NOW);
        for (int i = 0; i < Math.min(size, 2000); i++) {
          assertThat(reader.read()).isEqualTo(bytes[i] & 0xff);
        }
      }
    }
    assertThat(checkpoints.list()).hasSize(10).isSortedAccordingTo((a, b) -> Long.compare(b, a));
  }

  @Test
  void samePayloadGivesTheSameChunksHoweverItIsWritten() throws Exception {
    byte[] bytes = random(2_500_000);
    checkpoints.writeAlone("a", out -> out.write(bytes));
    checkpoints.writeAlone(
        "b",
        out -> {
          for (int at = 0; at < bytes.length; at += 777) {
            out.write(bytes, at, Math.min(777, bytes.length - at));
            out.flush();
          }
        });
    checkpoints.writeAlone(
        "c",
        out -> {
          for (byte b : bytes) {
            out.write(b);
          }
        });
    byte[] a = bytes("a");
    for (String other : List.of("b", "c")) {
      byte[] b = bytes(other);
      assertThat(b).hasSameSizeAs(a);
      ByteBuffer x = ByteBuffer.wrap(a).order(ByteOrder.LITTLE_ENDIAN);
      ByteBuffer y = ByteBuffer.wrap(b).order(ByteOrder.LITTLE_ENDIAN);
      for (int at = 64; at < a.length; ) {
        int size = (16 + (x.getInt(at + 4) & 0xfffffff) + 7) & -8;
        assertThat(y.slice(at + 4, size - 4)).isEqualTo(x.slice(at + 4, size - 4));
        at += size;
      }
    }
  }

  @Test
  void streamsMayBeClosedByTheirUsers() throws Exception {
    checkpoints.writeAlone(
        "a",
        out -> {
          try (var writer = new OutputStreamWriter(out, StandardCharsets.UTF_8)) {
            writer.write("state");
          }
        });
    String read =
        checkpoints.read(
            "a",
            in -> {
              try (in) {
                return new String(in.readNBytes(3), StandardCharsets.UTF_8);
              }
            });
    assertThat(read).isEqualTo("sta");
  }

  @Test
  void vectorIsReadAndIsUsable() throws Exception {
    disk.createDirectories("checkpoints");
    put(Checkpoints.pathOf(4), Vectors.checkpoint());
    assertThat(payload(Checkpoints.pathOf(4))).asString().isEqualTo("state");
    assertThat(checkpoints.isUsable(Checkpoints.pathOf(4), LOG, 4)).isTrue();
    assertThat(checkpoints.list()).containsExactly(4L);
  }

  @Test
  void cutAtAnyByteIsDamageAndNeverAnEnd() throws Exception {
    byte[] whole = Vectors.checkpoint();
    for (int size = 0; size < whole.length; size++) {
      put("a.ckpt", Arrays.copyOf(whole, size));
      assertThatThrownBy(() -> payload("a.ckpt"))
          .as("size %d", size)
          .isInstanceOf(CorruptLogException.class)
          .hasMessageContaining("a.ckpt");
      assertThat(checkpoints.isUsable("a.ckpt", LOG, 4)).isFalse();
    }
    byte[] longer = Arrays.copyOf(whole, whole.length + 1);
    put("a.ckpt", longer);
    assertThatThrownBy(() -> payload("a.ckpt")).hasMessageContaining("follows");
    put("a.ckpt", whole);
    assertThat(payload("a.ckpt")).asString().isEqualTo("state");
  }

  @Test
  void everyFlippedBitIsDamageButThoseOfThePadding() throws Exception {
    byte[] whole = Vectors.checkpoint();
    for (int bit = 0; bit < whole.length * 8; bit++) {
      int at = bit / 8;
      byte[] bad = whole.clone();
      bad[at] ^= (byte) (1 << bit % 8);
      put("a.ckpt", bad);
      // The chunk "state" has 5 bytes at 80; 85 to 87 are padding, which no checksum covers, so
      // that a frame is written without looking at what follows it. They carry no meaning.
      if (at >= 85 && at < 88) {
        assertThat(payload("a.ckpt")).asString().isEqualTo("state");
      } else {
        assertThatThrownBy(() -> payload("a.ckpt"))
            .as("bit %d", bit)
            .isInstanceOf(CorruptLogException.class);
        assertThat(checkpoints.isUsable("a.ckpt", LOG, 4)).isFalse();
      }
    }
  }

  @Test
  void damageIsToldAtEveryReadAndNamesFileAndOffset() throws Exception {
    byte[] bytes = random(2_500_000);
    checkpoints.writeAlone("a", out -> out.write(bytes));
    byte[] file = bytes("a");
    file[64 + 16 + (1 << 20) + 100] ^= 1;
    put("a", file);
    try (CheckpointReader reader = CheckpointReader.open(directory, "a")) {
      assertThat(reader.readNBytes(1 << 20)).isEqualTo(Arrays.copyOf(bytes, 1 << 20));
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(reader::read)
            .isInstanceOfSatisfying(
                CorruptLogException.class,
                e -> {
                  assertThat(e.file()).isEqualTo("a");
                  assertThat(e.offset()).isEqualTo(64 + 16 + (1 << 20));
                });
      }
    }
    assertThatThrownBy(() -> checkpoints.read("a", in -> in.read()))
        .as("damage behind what the parser read")
        .isInstanceOf(CorruptLogException.class);
  }

  @Test
  void wrongTotalAndWrongKindsAndMissingChunksAreDamage() throws Exception {
    byte[] whole = Vectors.checkpoint();
    byte[] total = whole.clone();
    ByteBuffer.wrap(total).order(ByteOrder.LITTLE_ENDIAN).putLong(88 + 16, 6);
    put("a", sealed(total, 88, 32));
    assertThatThrownBy(() -> payload("a")).hasMessageContaining("6 bytes");
    byte[] part = whole.clone();
    ByteBuffer.wrap(part).order(ByteOrder.LITTLE_ENDIAN).putInt(68, 2 << 28 | 5);
    put("a", sealed(part, 64, 21));
    assertThatThrownBy(() -> payload("a")).isInstanceOf(CorruptLogException.class);
    byte[] missing = Arrays.copyOf(whole, 96);
    System.arraycopy(whole, 88, missing, 64, 32);
    put("a", missing);
    assertThatThrownBy(() -> payload("a")).isInstanceOf(CorruptLogException.class);
    byte[] version = whole.clone();
    version[4] = 2;
    CRC32C crc = new CRC32C();
    crc.update(version, 0, 60);
    ByteBuffer.wrap(version).order(ByteOrder.LITTLE_ENDIAN).putInt(60, (int) crc.getValue());
    put("a", version);
    assertThatThrownBy(() -> payload("a")).isInstanceOf(FormatException.class);
  }

  @Test
  void chunkLargerThanOneMebibyteIsDamageAndOneOfThatSizeIsNot() throws Exception {
    for (int more = 0; more <= 1; more++) {
      byte[] payload = random((1 << 20) + more);
      ByteBuffer file = ByteBuffer.allocate(payload.length + 200).order(ByteOrder.LITTLE_ENDIAN);
      file.put(new FileHeader(FileType.CHECKPOINT, LOG, 0, 5, 1, 0, 77).encode());
      FrameEncoder encoder = new FrameEncoder();
      encoder.entry(file, 77, FrameKind.ENTRY, 1, payload, 0, payload.length);
      encoder.promise(file, 77, FrameKind.END, 2, payload.length, 5);
      put("a", Arrays.copyOf(file.array(), file.position()));
      if (more == 0) {
        assertThat(payload("a")).isEqualTo(payload);
      } else {
        assertThatThrownBy(() -> payload("a"))
            .isInstanceOf(CorruptLogException.class)
            .hasMessageContaining("larger than 1 MiB");
        assertThat(checkpoints.isUsable("a", LOG, 5)).isFalse();
      }
    }
  }

  @Test
  void entriesBeforeTheFirstAreRefusedBeforeAnythingIsMade() throws Exception {
    assertThatThrownBy(() -> Checkpoints.pathOf(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThat(Checkpoints.pathOf(0)).isEqualTo("checkpoints/00000000000000000000.ckpt");
    assertThatThrownBy(() -> CheckpointWriter.create(disk, "a", LOG, -1, CLOCK))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(disk.list("")).isEmpty();
  }

  @Test
  void sizeOfThePayloadIsReturnedAndFilesAreClosed() throws Exception {
    assertThat(checkpoints.writeAlone("alone", out -> out.write(random(70)))).isEqualTo(70);
    try (CheckpointWriter writer = CheckpointWriter.create(directory, "w", LOG, 1, CLOCK)) {
      writer.write(new byte[30]);
      assertThat(writer.commit()).isEqualTo(30);
      assertThatThrownBy(() -> writer.write(1)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> writer.write(new byte[2])).isInstanceOf(IOException.class);
    }
    CheckpointReader reader = CheckpointReader.open(directory, "alone");
    assertThat(reader.read()).isEqualTo(random(70)[0] & 255);
    assertThat(reader.available()).isEqualTo(69);
    reader.close();
    assertThatThrownBy(reader::read).isInstanceOf(IOException.class);
  }

  @Test
  void deletionIsSyncedAndClosingAWriterThatFailedTwiceTellsBoth() throws Exception {
    checkpoints.write(LOG, 1, out -> out.write(1));
    long syncs = directory.count(SYNC_DIRECTORY);
    checkpoints.delete(Checkpoints.pathOf(1));
    assertThat(checkpoints.list()).isEmpty();
    assertThat(directory.count(SYNC_DIRECTORY)).isEqualTo(syncs + 1);
    directory.inject(Fault.of(WRITE)).inject(Fault.of(CLOSE_APPEND).saying("second"));
    assertThatThrownBy(() -> CheckpointWriter.create(directory, "a", LOG, 1, CLOCK))
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1))
        .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessageContaining("second"));
    assertThat(disk.list("")).isEmpty();
  }

  /** With the checksum of a frame made right again. */
  private static byte[] sealed(byte[] file, int at, int size) {
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    CRC32C crc = new CRC32C();
    crc.update(file, at + 4, size - 4);
    bytes.putInt(at, (int) crc.getValue() ^ bytes.getInt(56));
    return file;
  }

  @Test
  void failureAtAnyStepLeavesNoFileWithTheFinalNameAndTheOldOneWhole() throws Exception {
    byte[] old = random(1000);
    byte[] fresh = random(2_500_000);
    for (Fault.Operation operation :
        List.of(CREATE_DIRECTORIES, CREATE, WRITE, SYNC_FILE, RENAME, CLOSE_APPEND)) {
      for (int nth = 1; nth <= (operation == WRITE ? 5 : 1); nth++) {
        MemoryDirectory memory = new MemoryDirectory();
        FaultDirectory failing = new FaultDirectory(memory);
        Checkpoints some = Checkpoints.in(failing, CLOCK);
        some.write(LOG, 1, out -> out.write(old));
        failing.inject(Fault.of(operation).nth(nth));
        assertThatThrownBy(() -> some.write(LOG, 2, out -> out.write(fresh)))
            .as("%s %d", operation, nth)
            .isInstanceOf(IOException.class);
        if (operation == CLOSE_APPEND) {
          // Closing comes after the name is durable: a late failure, of a whole checkpoint.
          assertThat(some.read(Checkpoints.pathOf(2), InputStream::readAllBytes)).isEqualTo(fresh);
        } else {
          assertThat(memory.list("checkpoints"))
              .as("%s %d", operation, nth)
              .containsExactly("00000000000000000001.ckpt");
        }
        assertThat(some.read(Checkpoints.pathOf(1), InputStream::readAllBytes)).isEqualTo(old);
        failing.heal();
        some.write(LOG, 2, out -> out.write(fresh));
        assertThat(some.list()).containsExactly(2L, 1L);
      }
    }
  }

  @Test
  void failedSyncOfTheDirectoryIsAnErrorAndEitherFileIsWhole() throws Exception {
    checkpoints.writeAlone("a", out -> out.write(1));
    directory.inject(Fault.of(SYNC_DIRECTORY));
    assertThatThrownBy(() -> checkpoints.writeAlone("a", out -> out.write(2)))
        .isInstanceOf(IOException.class);
    assertThat(payload("a")).containsExactly(2);
  }

  @Test
  void replacingACheckpointKeepsTheOldOneUntilTheRename() throws Exception {
    checkpoints.writeAlone("a", out -> out.write(1));
    checkpoints.writeAlone(
        "a",
        out -> {
          out.write(2);
          assertThat(payload("a")).containsExactly(1);
        });
    assertThat(payload("a")).containsExactly(2);
    assertThatThrownBy(
            () ->
                checkpoints.writeAlone(
                    "a",
                    out -> {
                      out.write(3);
                      throw new IOException("the state cannot be written");
                    }))
        .hasMessage("the state cannot be written");
    assertThat(payload("a")).containsExactly(2);
    assertThat(disk.list("")).containsExactly("a");
  }

  @Test
  void stepsComeInTheOrderThatALossOfPowerAsksFor() throws Exception {
    List<String> steps = new ArrayList<>();
    directory.before(
        (operation, path) -> {
          if (List.of(CREATE_DIRECTORIES, CREATE, WRITE, SYNC_FILE, RENAME, SYNC_DIRECTORY)
              .contains(operation)) {
            steps.add(operation.toString());
          }
        });
    checkpoints.write(LOG, 7, out -> out.write(1));
    assertThat(steps)
        .containsExactly(
            "CREATE_DIRECTORIES",
            "CREATE",
            "WRITE",
            "WRITE",
            "WRITE",
            "SYNC_FILE",
            "RENAME",
            "SYNC_DIRECTORY");
    checkpoints.delete(Checkpoints.pathOf(7));
    assertThat(steps).last().isEqualTo("SYNC_DIRECTORY");
    assertThat(checkpoints.list()).isEmpty();
  }

  @Test
  void closingWithoutCommitLeavesNothingAndAFailedWriterRefusesToCommit() throws Exception {
    try (CheckpointWriter writer = CheckpointWriter.create(directory, "a", LOG, 0, CLOCK)) {
      writer.write(1);
      assertThat(disk.list("")).singleElement().asString().matches("a\\.[0-9a-f]{8}\\.tmp");
    }
    assertThat(disk.list("")).isEmpty();
    CheckpointWriter writer = CheckpointWriter.create(directory, "a", LOG, 0, CLOCK);
    directory.inject(Fault.of(WRITE));
    assertThatThrownBy(() -> writer.write(new byte[3 << 20])).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> writer.write(1)).isInstanceOf(IOException.class);
    assertThatThrownBy(writer::commit).isInstanceOf(IOException.class);
    writer.close();
    writer.close();
    assertThat(disk.list("")).isEmpty();
  }

  @Test
  void whatACrashLeftIsRemovedAndOtherNamesAreNotTouched() throws Exception {
    disk.createDirectories("checkpoints");
    for (String name :
        List.of(
            "00000000000000000007.ckpt.0123abcd.tmp",
            "00000000000000000008.ckpt.0123abcd.tmp",
            "7.ckpt",
            "99999999999999999999.ckpt",
            "00000000000000000007.ckpt.bak")) {
      put("checkpoints/" + name, new byte[1]);
    }
    checkpoints.write(LOG, 7, out -> out.write(1));
    assertThat(checkpoints.list()).containsExactly(7L);
    assertThat(disk.list("checkpoints"))
        .doesNotContain("00000000000000000007.ckpt.0123abcd.tmp")
        .contains("00000000000000000008.ckpt.0123abcd.tmp")
        .hasSize(5);
  }

  @Test
  void readErrorIsNeitherTheEndNorDamage() throws Exception {
    byte[] bytes = random(2_500_000);
    checkpoints.writeAlone("a", out -> out.write(bytes));
    for (int nth = 1; nth <= 4; nth++) {
      directory.inject(Fault.of(READ).nth(nth));
      assertThatThrownBy(() -> payload("a"))
          .as("read %d", nth)
          .isInstanceOf(IOException.class)
          .isNotInstanceOf(DurabilityException.class);
      directory.heal();
    }
    directory.readAtMost(1000);
    assertThat(payload("a")).isEqualTo(bytes);
    assertThatThrownBy(() -> payload("none")).isInstanceOf(NoSuchFileException.class);
    assertThat(checkpoints.isUsable("none", LOG, 0)).isFalse();
  }

  @Tag("slow")
  @Test
  void hundredMegabytesStreamInConstantMemory(@TempDir Path folder) throws Exception {
    Directory files = FsDirectory.open(folder);
    byte[] piece = random(100_000);
    int pieces = 1000;
    long before = allocated();
    Checkpoints some = Checkpoints.in(files, CLOCK);
    some.writeAlone(
        "large",
        out -> {
          for (int i = 0; i < pieces; i++) {
            out.write(piece);
          }
        });
    long checked =
        some.read(
            "large",
            in -> {
              byte[] back = new byte[piece.length];
              long total = 0;
              for (int i = 0; i < pieces; i++) {
                assertThat(in.readNBytes(back, 0, back.length)).isEqualTo(back.length);
                if (!Arrays.equals(back, piece)) {
                  throw new AssertionError("piece " + i + " differs");
                }
                total += back.length;
              }
              assertThat(in.read()).isEqualTo(-1);
              return total;
            });
    assertThat(checked).isEqualTo(100_000_000L);
    assertThat(allocated() - before)
        .as("bytes allocated on the heap for 100 MB out and in")
        .isLessThan(8L << 20);
  }

  private static long allocated() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  @Test
  void emptyPayloadTakesNoChunk() throws Exception {
    checkpoints.writeAlone("a", out -> {});
    assertThat(bytes("a")).hasSize(FileHeader.BYTES + FrameFormat.PROMISE_FRAME_BYTES);
  }

  @Test
  void noCheckpointIsMadeWhereTheLogKeepsItsFilesAndNothingThereIsRemoved() throws Exception {
    disk.createDirectories("wal");
    put("wal/a.0123abcd.tmp", new byte[1]);
    assertThatThrownBy(() -> checkpoints.writeAlone("wal/a", out -> out.write(1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> CheckpointWriter.create(directory, "wal/a", LOG, 0, CLOCK))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("wal/a");
    assertThat(disk.list("wal")).containsExactly("a.0123abcd.tmp");
  }

  @Test
  void writerSaysWhyNothingMoreCanBeWritten() throws Exception {
    CheckpointWriter failed = CheckpointWriter.create(directory, "a", LOG, 0, CLOCK);
    directory.inject(Fault.of(WRITE));
    assertThatThrownBy(() -> failed.write(new byte[3 << 20])).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> failed.write(1))
        .hasMessageContaining("a: it failed")
        .cause()
        .hasStackTraceContaining("injected");
    failed.close();
    assertThatThrownBy(() -> failed.write(1)).hasMessageContaining("a: it failed");
    CheckpointWriter closed = CheckpointWriter.create(directory, "b", LOG, 0, CLOCK);
    closed.close();
    assertThatThrownBy(closed::commit).hasMessageContaining("b: it is closed");
    assertThatThrownBy(() -> closed.schema(Schema.of("text", new byte[0])))
        .hasMessageContaining("b: it is closed");
    try (CheckpointWriter committed = CheckpointWriter.create(directory, "c", LOG, 0, CLOCK)) {
      committed.commit();
      assertThatThrownBy(() -> committed.write(1)).hasMessageContaining("c: it is committed");
      assertThatThrownBy(() -> committed.schema(Schema.of("text", new byte[0])))
          .hasMessageContaining("c: it is committed");
    }
  }

  @Test
  void valueIsReadWithoutASchemaToo() throws Exception {
    var parser = Checkpoints.parser(Codecs.utf8());
    assertThat(parser.readFrom(new ByteArrayInputStream("text".getBytes(StandardCharsets.UTF_8))))
        .isEqualTo("text");
  }
}

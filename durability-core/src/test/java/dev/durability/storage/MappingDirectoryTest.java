package dev.durability.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.LockHeldException;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalRecord;
import dev.durability.wal.WalReplay;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ended segments are read from a mapping, all else by position, and both give the same. */
class MappingDirectoryTest {
  private static final int SEGMENT_BYTES = 64 << 10;
  private static final WalOptions OPTIONS =
      WalOptions.builder().segmentBytes(SEGMENT_BYTES).preallocatedBytesMax(0).build();

  @TempDir Path root;

  private final List<String> expected = new ArrayList<>();
  private FsDirectory files;
  private WatchedReads mapped;

  @BeforeEach
  void writeLog() throws IOException {
    files = FsDirectory.open(root);
    mapped = new WatchedReads(MappingDirectory.of(files));
    try (WalWriter<String> log = WalWriter.open(files, Codecs.utf8(), OPTIONS)) {
      append(log, 4000);
    }
  }

  private void append(WalWriter<String> log, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      String entry = "entry " + expected.size() + "x".repeat(i % 200);
      if (i % 7 == 0) {
        log.appendBatch(List.of(entry, "and more", "of it"));
        expected.addAll(List.of(entry, "and more", "of it"));
      } else {
        log.append(entry);
        expected.add(entry);
      }
    }
    log.sync();
  }

  private static List<String> entries(Directory directory) throws IOException {
    return WalReader.of(directory, Codecs.utf8()).readAll().stream().map(WalRecord::entry).toList();
  }

  private List<Path> segments() throws IOException {
    try (Stream<Path> all = Files.list(root.resolve("wal"))) {
      return all.sorted().toList();
    }
  }

  private long logBytes() throws IOException {
    long bytes = 0;
    for (Path segment : segments()) {
      bytes += Files.size(segment);
    }
    return bytes;
  }

  private long bytesRead(List<String> entries) throws IOException {
    mapped.bytesRead();
    assertThat(entries(mapped)).isEqualTo(entries);
    return mapped.bytesRead();
  }

  @Test
  void endedSegmentsAreNotReadByPosition() throws IOException {
    List<Path> segments = segments();
    assertThat(segments).hasSizeGreaterThan(6);
    assertThat(bytesRead(expected)).isLessThan(logBytes() / 3);
  }

  @Test
  void segmentThatDoesNotEndWithItsEndIsReadByPosition() throws IOException {
    long before = bytesRead(expected);
    Path segment = segments().get(1);
    Files.write(segment, new byte[4096], StandardOpenOption.APPEND);
    assertThat(bytesRead(expected)).isGreaterThan(before + SEGMENT_BYTES / 2);
  }

  @Test
  void mappingOfAnotherFileIsNotUsed() throws IOException {
    List<String> names = files.list("wal");
    Directory wrong =
        new ForwardingDirectory(mapped) {
          @Override
          public ByteBuffer map(String path) throws IOException {
            int other = (names.indexOf(path.substring("wal/".length())) + 1) % names.size();
            return super.map("wal/" + names.get(other));
          }
        };
    assertThat(entries(wrong)).isEqualTo(expected);
  }

  @Test
  void damageIsToldInTheSameWords() throws IOException {
    Path segment = segments().get(2);
    byte[] bytes = Files.readAllBytes(segment);
    bytes[bytes.length / 2] ^= 1;
    Files.write(segment, bytes);
    List<String> told = new ArrayList<>();
    List<List<String>> given = new ArrayList<>();
    for (Directory directory : List.of(files, mapped)) {
      List<String> seen = new ArrayList<>();
      assertThatThrownBy(
              () ->
                  WalReader.of(directory, Codecs.utf8())
                      .replay(WalReplay.START, Long.MAX_VALUE, (id, entry) -> seen.add(entry)))
          .isInstanceOfSatisfying(CorruptLogException.class, e -> told.add(e.getMessage()));
      given.add(seen);
    }
    assertThat(told.get(1)).isEqualTo(told.get(0));
    assertThat(given.get(1)).isEqualTo(given.get(0)).isNotEmpty();
  }

  @Test
  void interruptHasNoEffectAndStays() throws IOException {
    Thread.currentThread().interrupt();
    try {
      assertThat(bytesRead(expected)).isLessThan(logBytes() / 3);
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      boolean unused = Thread.interrupted();
    }
  }

  @Test
  void writerRecoversFromTheMappingAndGoesOn() throws IOException {
    List<String> recovered = new ArrayList<>();
    try (WalWriter<String> log =
        WalWriter.open(mapped, Codecs.utf8(), OPTIONS, (id, entry) -> recovered.add(entry))) {
      assertThat(recovered).isEqualTo(expected);
      append(log, 2000);
      assertThat(entries(mapped)).isEqualTo(expected);
      assertThatThrownBy(() -> mapped.map("wal/.lock")).isInstanceOf(LockHeldException.class);
    }
    assertThat(entries(mapped)).isEqualTo(expected);
  }

  @Test
  void segmentThatIsDeletedMeanwhileIsReadToItsEnd() throws IOException {
    int before = expected.size();
    try (Stream<WalRecord<String>> stream =
        WalReader.of(mapped, Codecs.utf8()).stream(WalReplay.START)) {
      Iterator<WalRecord<String>> all = stream.iterator();
      assertThat(all.next().entry()).isEqualTo(expected.get(0));
      Path first = segments().get(0);
      long second = Long.parseLong(segments().get(1).getFileName().toString().substring(21, 41));
      Files.delete(first);
      for (int i = 1; i < before && i < second - 1; i++) {
        assertThat(all.next().entry()).isEqualTo(expected.get(i));
      }
    }
  }

  @Test
  void whatIsNoFileIsRefused() {
    assertThatThrownBy(() -> mapped.map("wal/none")).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> mapped.map("wal")).isInstanceOf(FileSystemException.class);
    assertThatThrownBy(() -> mapped.map("../x")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void directoryThatWasNotAskedForItMapsNothing() throws IOException {
    assertThat(files.map("wal/" + files.list("wal").get(0))).isNull();
    assertThat(new MemoryDirectory().map("any")).isNull();
  }

  /** Without a mapping, a file that another program cuts ends the reading, and not the process. */
  @Test
  void fileThatIsCutWhileItIsReadByPositionIsAnException() throws IOException {
    try (Stream<WalRecord<String>> stream =
        WalReader.of(files, Codecs.utf8()).stream(WalReplay.START)) {
      Iterator<WalRecord<String>> all = stream.iterator();
      assertThat(all.next().entry()).isEqualTo(expected.get(0));
      for (Path segment : segments()) {
        try (FileChannel file = FileChannel.open(segment, StandardOpenOption.WRITE)) {
          file.truncate(1000);
        }
      }
      assertThatThrownBy(() -> all.forEachRemaining(entry -> {}))
          .isInstanceOf(UncheckedIOException.class)
          .hasCauseInstanceOf(CorruptLogException.class);
    }
  }
}

package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.codec.Codecs;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FileType;
import dev.durability.frame.FrameEncoder;
import dev.durability.frame.FrameKind;
import dev.durability.log.LogReport;
import dev.durability.segment.LogFiles;
import dev.durability.segment.SegmentName;
import dev.durability.storage.AppendFile;
import dev.durability.storage.FsDirectory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A JVM with a heap of 64 MiB reads a log that is larger, with a batch that is. */
@Timeout(600)
@Tag("slow")
class LargerThanHeapTest {
  private static final int SMALL_ENTRIES = 2000;
  private static final int PARTS = 40;
  private static final int PART_BYTES = 2 << 20;
  private static final int SMALL_SEGMENTS = 120;

  @Test
  void logAndBatchThatAreLargerThanTheHeapAreReplayedVerifiedAndFollowed(@TempDir Path temp)
      throws Exception {
    long entries = write(FsDirectory.open(temp));
    String java = ProcessHandle.current().info().command().orElseThrow();
    Process child =
        new ProcessBuilder(
                List.of(
                    java,
                    "-Xmx64m",
                    "-XX:+DisableExplicitGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    LargerThanHeapTest.class.getName(),
                    temp.toString()))
            .redirectErrorStream(true)
            .start();
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor()).as(said).isZero();
    assertThat(said.strip())
        .isEqualTo("CLEAN " + entries + " replayed " + entries + " followed " + entries);
  }

  /** One segment with a batch of 80 MiB, and many of 300 KiB. */
  private static long write(FsDirectory directory) throws Exception {
    directory.createDirectories(LogFiles.SEGMENTS);
    FrameEncoder encoder = new FrameEncoder();
    ByteBuffer buffer = ByteBuffer.allocate(PART_BYTES + (1 << 10)).order(ByteOrder.LITTLE_ENDIAN);
    long next = 1;
    for (int segment = 1; segment <= 1 + SMALL_SEGMENTS; segment++) {
      int salt = LogBuilder.saltOf(segment);
      int previous = segment == 1 ? 0 : LogBuilder.saltOf(segment - 1);
      try (AppendFile file = directory.create(new SegmentName(segment, next).path(), 0)) {
        file.write(
            new FileHeader(FileType.SEGMENT, LogBuilder.LOG_ID, segment, next, 1, previous, salt)
                .encode());
        int count = segment == 1 ? PARTS : SMALL_ENTRIES;
        byte[] payload = new byte[segment == 1 ? PART_BYTES : 150];
        for (int i = 1; i <= count; i++) {
          FrameKind kind = segment == 1 && i < count ? FrameKind.PART : FrameKind.ENTRY;
          payload[0] = (byte) next;
          encoder.entry(buffer, salt, kind, next++, payload, 0, payload.length);
          if (buffer.remaining() < PART_BYTES || i == count) {
            file.write(buffer.flip());
            buffer.clear();
          }
        }
        encoder.promise(buffer, salt, FrameKind.END, next, next - 1, 2);
        file.write(buffer.flip());
        buffer.clear();
      }
    }
    return next - 1;
  }

  /** Reads the log in the three ways. */
  public static void main(String[] arguments) throws Exception {
    FsDirectory directory = FsDirectory.open(Path.of(arguments[0]));
    LogReport report = WalMaintenance.verify(directory);
    WalReader<byte[]> reader = WalReader.of(directory, Codecs.bytes());
    long[] last = {0};
    reader.replay(0, Long.MAX_VALUE, (id, entry) -> last[0] = checked(last[0], id, entry));
    long followed = 0;
    try (WalTail<byte[]> tail = reader.follow(0)) {
      for (WalRecord<byte[]> record = tail.poll(Duration.ofMinutes(5));
          record != null;
          record = followed < last[0] ? tail.poll(Duration.ofMinutes(5)) : null) {
        followed = checked(followed, record.id(), record.entry());
      }
    }
    System.out.println(
        report.verdict()
            + " "
            + report.intact()
            + " replayed "
            + last[0]
            + " followed "
            + followed);
  }

  private static long checked(long before, long id, byte[] entry) {
    if (id != before + 1 || entry[0] != (byte) id) {
      throw new AssertionError("entry " + id + " after " + before);
    }
    return id;
  }
}

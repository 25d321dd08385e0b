package dev.durability.benchmarks.scenario;

import dev.durability.archive.Archive;
import dev.durability.archive.ArchiveOptions;
import dev.durability.archive.ArchiveStore;
import dev.durability.archive.ArchiveStores;
import dev.durability.archive.Archiver;
import dev.durability.archive.Restore;
import dev.durability.archive.TimelineInfo;
import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.Trees;
import dev.durability.codec.Codecs;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Brings a log back from an archive in a directory, or only copies the objects of its segments. */
final class ArchiveRestores extends Contestant {
  private static final int MEBIBYTE = 1 << 20;

  private final boolean isBare;
  private final long mebibytes;
  private final byte[] payload;
  private @Nullable ArchiveStore store;
  private @Nullable Path target;
  private String timeline = "";

  private ArchiveRestores(
      String name, Role role, String guarantee, boolean isBare, long mebibytes, int payloadBytes) {
    super(name, role, guarantee);
    this.isBare = isBare;
    this.mebibytes = mebibytes;
    this.payload = Entries.payload(payloadBytes);
  }

  static ArchiveRestores bare(long mebibytes, int payloadBytes) {
    return new ArchiveRestores(
        "probe: read each object and write it, fsync at its end",
        Role.PROBE,
        "durable at the end, nothing checked",
        true,
        mebibytes,
        payloadBytes);
  }

  static ArchiveRestores checked(long mebibytes, int payloadBytes) {
    return new ArchiveRestores(
        "durability",
        Role.OURS,
        "durable at the end, each hash checked, the log read to its verdict",
        false,
        mebibytes,
        payloadBytes);
  }

  @Override
  public void open(Path directory) throws Exception {
    target = directory.resolve("target");
    Path log = directory.resolve("log");
    ArchiveStore opened = ArchiveStores.open(directory.resolve("archive").toString());
    store = opened;
    FsDirectory logDirectory = FsDirectory.open(log);
    WalOptions options = WalOptions.builder().flushPolicy(FlushPolicy.manual()).build();
    try (WalWriter<byte[]> writer = WalWriter.open(logDirectory, Codecs.bytes(), options)) {
      while (writer.appendedBytes() < mebibytes * MEBIBYTE) {
        long unused = writer.append(payload);
      }
    }
    try (Archiver archiver = Archiver.of(logDirectory, opened, ArchiveOptions.defaults())) {
      boolean unused = archiver.step();
    }
    Trees.empty(log);
    List<TimelineInfo> timelines = Archive.open(opened).timelines();
    timeline = timelines.get(0).id();
  }

  @Override
  public long run(long operations, @Nullable Histogram latencies) throws Exception {
    Path fresh = Objects.requireNonNull(target);
    long start = System.nanoTime();
    if (isBare) {
      copy(fresh);
    } else {
      var unused = Restore.from(Objects.requireNonNull(store)).into(FsDirectory.open(fresh));
    }
    return System.nanoTime() - start;
  }

  private void copy(Path directory) throws IOException {
    ArchiveStore objects = Objects.requireNonNull(store);
    Files.createDirectories(directory);
    byte[] buffer = new byte[MEBIBYTE];
    for (String key : objects.list("data/" + timeline + "/")) {
      Path file = directory.resolve(key.substring(key.lastIndexOf('/') + 1));
      try (InputStream in = objects.get(key, 0);
          FileChannel out =
              FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
          ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, count);
          while (bytes.hasRemaining()) {
            int unused = out.write(bytes);
          }
        }
        out.force(true);
      }
    }
  }

  @Override
  public void settle() throws Exception {
    Trees.empty(Objects.requireNonNull(target));
  }

  @Override
  public double unitsPerOperation() {
    return MEBIBYTE / 1e6;
  }

  @Override
  public long fixedOperations() {
    return mebibytes;
  }

  @Override
  public void close() throws IOException {
    ArchiveStore opened = store;
    if (opened != null) {
      opened.close();
    }
  }
}

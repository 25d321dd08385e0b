package dev.durability.rust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.FormatException;
import dev.durability.errors.LockHeldException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CrateWritersTest {
  private static final byte[] ONE = {1};
  private static final CrateVersion OLD = CrateVersion.of("0.7.1");

  private final MemoryDirectory directory = new MemoryDirectory();

  /** A directory on which the n-th write fails, and all after it. */
  private static final class FullDirectory extends ForwardingDirectory {
    private int writes;

    FullDirectory(Directory under, int writes) {
      super(under);
      this.writes = writes;
    }

    @Override
    public AppendFile create(String path, long expectedBytes) throws IOException {
      return limited(super.create(path, expectedBytes));
    }

    @Override
    public AppendFile resume(String path, long offset) throws IOException {
      return limited(super.resume(path, offset));
    }

    private AppendFile limited(AppendFile file) {
      return new AppendFile() {
        @Override
        public void write(ByteBuffer source) throws IOException {
          if (writes-- <= 0) {
            throw new IOException("no space left on device");
          }
          file.write(source);
        }

        @Override
        public void sync() throws IOException {
          file.sync();
        }

        @Override
        public void truncate(long size) throws IOException {
          file.truncate(size);
        }

        @Override
        public long position() {
          return file.position();
        }

        @Override
        public void close() throws IOException {
          file.close();
        }
      };
    }
  }

  private static CrateLogOptions options(CrateVersion version) {
    return CrateLogOptions.of(version);
  }

  private static List<Long> ids(Directory directory, CrateVersion as) throws IOException {
    List<Long> ids = new ArrayList<>();
    CrateEnding unused =
        CrateLog.in(directory, CrateReading.strict().as(as)).replay((id, payload) -> ids.add(id));
    return ids;
  }

  @Test
  void aLogOfVersion2GoesOnInANewSegmentOfVersion3() throws IOException {
    try (CrateLogWriter log = CrateLogWriter.open(directory, options(OLD))) {
      assertThat(log.append(ONE)).isEqualTo(1);
    }
    try (CrateLogWriter log = CrateLogWriter.open(directory, options(CrateVersion.NEWEST))) {
      assertThat(log.append(ONE)).isEqualTo(2);
      assertThat(log.segments()).extracting(CrateSegment::version).containsExactly(2, 3);
    }
    assertThat(ids(directory, CrateVersion.NEWEST)).containsExactly(1L, 2L);
    WriterLock.remove(directory);
    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> CrateLogWriter.open(directory, options(OLD)).close());
  }

  @Test
  void whatIsTornIsCutOffAndWritingGoesOn() throws IOException {
    for (CrateVersion version : List.of(OLD, CrateVersion.V0_7_2, CrateVersion.NEWEST)) {
      byte[] whole = Crate.segment(version.walVersion(), 1, 1).frame(1, ONE).frame(2, ONE).bytes();
      for (int size = 0; size <= whole.length; size++) {
        MemoryDirectory torn = new MemoryDirectory();
        Golden.put(torn, "wal/wal_1.log", java.util.Arrays.copyOf(whole, size));
        long last;
        try (CrateLogWriter log = CrateLogWriter.open(torn, options(version))) {
          last = log.append(ONE);
        }
        int kept = size < 24 + 17 ? 0 : size < 24 + 34 ? 1 : 2;
        assertThat(last).as("%s cut to %s", version, size).isEqualTo(kept + 1);
        assertThat(ids(torn, version)).hasSize(kept + 1);
        assertThat(torn.list("wal")).doesNotContain("wal_1.log.tmp");
      }
    }
  }

  @Test
  void reservedRoomIsCutOff() throws IOException {
    Crate.segment(3, 1, 1).frame(1, ONE).zeros(500).in(directory, "wal_1.log");
    try (CrateLogWriter log = CrateLogWriter.open(directory, options(CrateVersion.NEWEST))) {
      assertThat(log.append(ONE)).isEqualTo(2);
      assertThat(log.segments().get(0).bytes()).isEqualTo(24 + 34);
    }
    assertThat(ids(directory, CrateVersion.NEWEST)).containsExactly(1L, 2L);
  }

  @Test
  void aWholeEntryBehindACutIsRefusedFrom073On() throws IOException {
    Crate.segment(3, 1, 1).frame(1).raw(0, 0, 0, 0, 9).frame(2, ONE).in(directory, "wal_1.log");
    var before = Golden.hex(Golden.content(directory));
    assertThatExceptionOfType(CorruptLogException.class)
        .isThrownBy(() -> CrateLogWriter.open(directory, options(CrateVersion.NEWEST)).close())
        .withMessageContaining("mid-segment corruption: an entry follows at 45");
    directory.delete(WriterLock.PATH);
    assertThat(Golden.hex(Golden.content(directory))).isEqualTo(before);
    try (CrateLogWriter log = CrateLogWriter.open(directory, options(CrateVersion.V0_7_2))) {
      assertThat(log.append(ONE)).isEqualTo(2);
    }
  }

  @Test
  void aLogHasOneWriter() throws IOException {
    try (CrateLogWriter first = CrateLogWriter.open(directory, options(OLD))) {
      assertThat(first.lastAppendedId()).isZero();
      assertThatExceptionOfType(LockHeldException.class)
          .isThrownBy(() -> CrateLogWriter.open(directory, options(OLD)).close());
    }
    assertThat(directory.exists(WriterLock.PATH)).isFalse();
    try (CrateLogWriter first = CrateLogWriter.open(directory, options(CrateVersion.NEWEST))) {
      assertThat(first.segments()).isEmpty();
      assertThatExceptionOfType(LockHeldException.class)
          .isThrownBy(() -> CrateLogWriter.open(directory, options(CrateVersion.NEWEST)).close());
    }
    // It stays, as in the crate: older ones take it for a writer.
    assertThatExceptionOfType(LockHeldException.class)
        .isThrownBy(() -> CrateLogWriter.open(directory, options(OLD)).close())
        .withMessageContaining("delete it");
  }

  @Test
  void aFailedWriteEndsTheWriterAndLosesNothingThatWasSynced() throws IOException {
    for (int writes = 0; writes < 8; writes++) {
      MemoryDirectory disk = new MemoryDirectory();
      long synced = 0;
      try (CrateLogWriter log =
          CrateLogWriter.open(
              new FullDirectory(disk, writes), options(CrateVersion.NEWEST).withSegmentBytes(60))) {
        try {
          for (int i = 0; i < 5; i++) {
            long id = log.append(ONE);
            log.sync();
            synced = id;
          }
        } catch (IOException full) {
          assertThatExceptionOfType(WriterPoisonedException.class)
              .isThrownBy(() -> log.append(ONE))
              .withCause(full);
          assertThatExceptionOfType(WriterPoisonedException.class).isThrownBy(log::sync);
        }
      }
      List<Long> left = new ArrayList<>();
      CrateEnding unused =
          CrateLog.in(disk, CrateReading.bestEffort()).replay((id, payload) -> left.add(id));
      assertThat(left).as("%s writes", writes).hasSizeGreaterThanOrEqualTo((int) synced);
      try (CrateLogWriter log = CrateLogWriter.open(disk, options(CrateVersion.NEWEST))) {
        assertThat(log.append(ONE)).isEqualTo(left.size() + 1L);
      }
    }
  }

  @Test
  void aClosedWriterRefuses() throws IOException {
    CrateLogWriter log = CrateLogWriter.open(directory, options(CrateVersion.NEWEST));
    log.close();
    log.close();
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> log.append(ONE))
        .withMessageContaining("closed");
    CrateRecordLogWriter records = CrateRecordLogWriter.open(directory, "records");
    records.close();
    records.close();
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(records::sync)
        .withMessageContaining("closed");
  }

  @Test
  void optionsAreChecked() {
    assertThatIllegalArgumentException().isThrownBy(() -> options(OLD).withSegmentBytes(39));
    assertThatIllegalArgumentException().isThrownBy(() -> options(OLD).withFirstEntryId(0));
    assertThat(options(OLD).withSegmentBytes(40).segmentBytes()).isEqualTo(40);
  }

  @Test
  void aSegmentEndsBeforeTheEntryThatWouldExceedIt() throws IOException {
    try (CrateLogWriter log =
        CrateLogWriter.open(directory, options(OLD).withSegmentBytes(40).withFirstEntryId(7))) {
      assertThat(log.append(new byte[100])).isEqualTo(7);
      assertThat(log.append(new byte[0])).isEqualTo(8);
      assertThat(log.append(new byte[0])).isEqualTo(9);
      assertThat(log.segments()).extracting(CrateSegment::bytes).containsExactly(140L, 40L, 40L);
    }
    assertThat(ids(directory, OLD)).containsExactly(7L, 8L, 9L);
  }

  @Test
  void aRecordLogIsCutAtItsTornEndAndRefusedIfARecordFollows() throws IOException {
    try (CrateRecordLogWriter log = CrateRecordLogWriter.open(directory, "records")) {
      assertThat(log.append("one".getBytes(StandardCharsets.UTF_8))).isEqualTo(1);
      assertThat(log.append(new byte[0])).isEqualTo(2);
      assertThat(log.append("three".getBytes(StandardCharsets.UTF_8))).isEqualTo(3);
      assertThatIllegalArgumentException().isThrownBy(() -> log.append(new byte[(64 << 20) + 1]));
    }
    byte[] whole = Golden.content(directory).get("records");
    for (int size = 0; size <= whole.length; size++) {
      Golden.put(directory, "records", java.util.Arrays.copyOf(whole, size));
      long next;
      try (CrateRecordLogWriter log = CrateRecordLogWriter.open(directory, "records")) {
        next = log.append(ONE);
      }
      assertThat(next).as("cut to %s", size).isBetween(1L, 4L);
      long[] last = {0};
      CrateEnding ending =
          CrateRecordLog.in(directory, "records", CrateReading.strict())
              .replay((number, record) -> last[0] = number);
      assertThat(last[0]).isEqualTo(next);
      assertThat(ending.kind()).isEqualTo(CrateEnding.Kind.WHOLE);
    }
    byte[] damaged = whole.clone();
    damaged[9] = 1; // The first record claims to be longer than the file.
    Golden.put(directory, "records", damaged);
    assertThatExceptionOfType(CorruptLogException.class)
        .isThrownBy(() -> CrateRecordLogWriter.open(directory, "records").close())
        .withMessageContaining("one follows at offset");
    assertThat(Golden.content(directory).get("records")).isEqualTo(damaged);
  }

  @Test
  void aFailedWriteEndsTheWriterOfARecordLog() throws IOException {
    FullDirectory full = new FullDirectory(directory, 1);
    try (CrateRecordLogWriter log = CrateRecordLogWriter.open(full, "records")) {
      assertThat(log.append(ONE)).isEqualTo(1);
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(log::sync)
          .withMessageContaining("no space");
      assertThatExceptionOfType(WriterPoisonedException.class).isThrownBy(() -> log.append(ONE));
    }
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> CrateRecordLogWriter.open(new FullDirectory(directory, 0), "other"));
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> CrateLogWriter.open(new FullDirectory(torn(), 0), options(OLD)));
  }

  private static Directory torn() throws IOException {
    MemoryDirectory torn = new MemoryDirectory();
    Crate.segment(2, 1, 1).frame(1).raw(7).in(torn, "wal_1.log");
    return torn;
  }

  @Test
  void aMissingRecordLogIsEmptyAndOtherVersionsAreNoDamage() throws IOException {
    CrateRecordLog log = CrateRecordLog.in(directory, "records", CrateReading.strict());
    assertThat(log.replay((number, record) -> {}).file()).isEmpty();
    Golden.put(directory, "records", new byte[] {'V', 'R', 'L', 'G', 2, 0, 0, 0});
    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> log.replay((number, record) -> {}))
        .withMessageContaining("version mismatch (got 2)");
  }

  @Test
  void aCheckpointIsStreamedAndHasToBeTheSameEachTime() throws IOException {
    int[] calls = {0};
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(
            () ->
                CrateCheckpoint.write(
                    directory,
                    "a/b.chk",
                    OLD,
                    1,
                    out -> {
                      calls[0]++;
                      out.write(calls[0]);
                    }))
        .withMessageContaining("not the same each time");
    assertThat(directory.list("a")).isEmpty();
    CrateCheckpoint written =
        CrateCheckpoint.write(
            directory,
            "a/b.chk",
            CrateVersion.NEWEST,
            -1L,
            out -> {
              for (int i = 0; i < 100_000; i++) {
                out.write(i);
              }
            });
    assertThat(written.payloadBytes()).isEqualTo(100_000);
    assertThat(CrateCheckpoint.open(directory, "a/b.chk", CrateReading.strict()))
        .isEqualTo(written);
    Integer first =
        written.read(
            directory,
            in -> {
              in.close(); // What the parser leaves is checked, too.
              return in.read();
            });
    assertThat(first).isZero();
    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> CrateCheckpoint.open(directory, "a/b.chk", CrateReading.strict().as(OLD)))
        .withMessageEndingWith("checkpoint version mismatch");
  }

  @Test
  void aCheckpointThatIsTooLargeIsRefused() {
    byte[] chunk = new byte[1 << 20];
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                CrateCheckpoint.write(
                    directory,
                    "c.chk",
                    OLD,
                    1,
                    out -> {
                      for (int i = 0; i < 257; i++) {
                        out.write(chunk);
                      }
                    }))
        .withMessageContaining("268435456");
  }

  @Test
  void aFileThatChangesAfterItWasCheckedIsSeen() throws IOException {
    CrateCheckpoint checkpoint =
        CrateCheckpoint.write(directory, "c.chk", OLD, 1, out -> out.write(ONE));
    byte[] other = Golden.content(directory).get("c.chk");
    other[28] = 2;
    Golden.put(directory, "c.chk", other);
    assertThatExceptionOfType(CorruptLogException.class)
        .isThrownBy(() -> checkpoint.read(directory, Checkpoints.parser(Codecs.bytes())))
        .withMessageContaining("crc mismatch");
  }

  @Test
  void aMarkerOfTheCallerIsPublishedAndFound() throws IOException {
    CrateLogOptions options = options(CrateVersion.NEWEST).withSegmentBytes(40);
    try (CrateLogWriter log = CrateLogWriter.open(directory, options)) {
      for (int i = 0; i < 4; i++) {
        long unused = log.append(ONE);
      }
      CratePublisher publisher =
          CratePublisher.of(
              directory, log, CrateVersion.NEWEST, (path, last) -> new byte[] {9, (byte) last});
      CratePublisher.Published published =
          publisher.publish("c.chk", 3, out -> out.write(new byte[] {3}));
      assertThat(published.markerEntryId()).isEqualTo(5);
      assertThat(published.deleted()).hasSize(3);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> publisher.publish("d.chk", 6, out -> {}))
          .withMessageContaining("ends at entry 5");
    }
    CrateRecoverer<Integer> recoverer =
        CrateRecoverer.of(
            directory,
            CrateReading.strict(),
            () -> 0,
            in -> in.read(),
            (state, id, payload) -> state + 1,
            payload ->
                payload[0] == 9
                    ? Optional.of(new WalEntry.Checkpoint("c.chk", payload[1]))
                    : Optional.empty());
    CrateRecoverer.Recovered<Integer> recovered = recoverer.recoverLatest();
    assertThat(recovered.state()).isEqualTo(5); // 3, then entries 4 and 5.
    assertThat(recovered.lastEntryId()).isEqualTo(5);
    assertThat(recoverer.recover("c.chk", 1).lastEntryId()).isEqualTo(3);
    directory.delete("c.chk");
    assertThatExceptionOfType(CorruptLogException.class)
        .isThrownBy(recoverer::recoverLatest)
        .withMessageContaining("missing checkpoint c.chk recorded by WAL entry 5");
    assertThat(recoverer.recover("c.chk").state()).isEqualTo(2);
  }

  @Test
  void aLogThatBeginsLaterWithoutAMarkerIsNotRecovered() throws IOException {
    Crate.segment(3, 7, 2).frame(7, ONE).in(directory, "wal_2.log");
    CrateRecoverer<IndexState> recoverer =
        CrateRecoverer.of(
            directory,
            CrateReading.bestEffort(),
            IndexState::new,
            in -> new IndexState(),
            (state, id, payload) -> state,
            CrateRecoverer.markersOfIndex());
    assertThatExceptionOfType(CorruptLogException.class)
        .isThrownBy(recoverer::recoverLatest)
        .withMessageContaining("invalid state: WAL prefix through entry 6 is unavailable");
    Crate.segment(3, 7, 2).frame(7, (byte) 5, (byte) 99).in(directory, "wal_2.log");
    assertThatExceptionOfType(CorruptLogException.class).isThrownBy(recoverer::recoverLatest);
    // A path that this library does not take is not there.
    byte[] marker = CratePublisher.marker("..\\c", 6);
    Crate.segment(3, 7, 2).frame(7, marker).in(directory, "wal_2.log");
    assertThatExceptionOfType(CorruptLogException.class)
        .isThrownBy(recoverer::recoverLatest)
        .withMessageContaining("missing checkpoint ..\\c");
  }
}

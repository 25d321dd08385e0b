package dev.durability.rust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codecs;
import dev.durability.errors.CodecException;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.FormatException;
import dev.durability.log.Verdict;
import dev.durability.recovery.Recoverer;
import dev.durability.recovery.RecoveryOptions;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.ReadFile;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalReplay;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CrateImportTest {
  private static final byte[] ONE = {1};

  private final MemoryDirectory target = new MemoryDirectory();

  private static Map<Long, String> crate(dev.durability.storage.Directory directory)
      throws IOException {
    Map<Long, String> entries = new TreeMap<>();
    CrateEnding unused =
        CrateLog.in(directory, CrateReading.bestEffort().acceptingNewerChecksums())
            .replay((id, payload) -> entries.put(id, HexFormat.of().formatHex(payload)));
    return entries;
  }

  private Map<Long, String> ours() throws IOException {
    Map<Long, String> entries = new TreeMap<>();
    WalReader.of(target, Codecs.bytes())
        .replay(
            WalMaintenance.firstEntryId(target),
            Long.MAX_VALUE,
            (id, entry) -> entries.put(id, HexFormat.of().formatHex(entry)));
    return entries;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "wal_v2_multiseg/data",
        "wal_v3_multiseg/data",
        "wal_v2_bytes/data",
        "wal_v3_str/data",
        "wal_v2_prealloc_crashed/data",
        "wal_v3_prealloc_crashed/data_after_resume_0.7.2",
        "recover_v2/stage0_written",
        "recover_v3/stage1_published",
        "recover_v2/stage4_appended",
        "recover_v3/stage5c_old_checkpoint_missing"
      })
  void everyEntryKeepsItsIdAndItsBytes(String group) throws IOException {
    MemoryDirectory source = Golden.directory(group);
    var before = Golden.hex(Golden.content(source));
    CrateImport.Report report = CrateImport.of(source, target).run();
    assertThat(ours()).isEqualTo(crate(source)).hasSize((int) report.entries());
    assertThat(report.leftOut()).isEmpty();
    assertThat(Golden.hex(Golden.content(source))).isEqualTo(before);
    assertThat(WalMaintenance.verify(target).verdict()).isEqualTo(Verdict.CLEAN);
    try (WalWriter<byte[]> log = WalWriter.open(target, Codecs.bytes(), WalOptions.defaults())) {
      assertThat(log.append(ONE)).isEqualTo(report.lastEntryId() + 1);
    }
  }

  /** Applies index entries, whatever the library does around it. */
  private static final class Index implements StateMachine<IndexState, WalEntry> {
    @Override
    public IndexState initial() {
      return new IndexState();
    }

    @Override
    public IndexState apply(IndexState state, WalEntry entry) {
      state.apply(entry);
      return state;
    }

    @Override
    public IndexState snapshot(IndexState state) {
      return new IndexState(state.toCheckpoint());
    }

    @Override
    public void write(IndexState state, OutputStream out) throws IOException {
      CheckpointState.codec().encode(state.toCheckpoint(), out);
    }

    @Override
    public IndexState read(InputStream in) throws IOException {
      return new IndexState(Checkpoints.parser(CheckpointState.codec()).readFrom(in));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "recover_v2/stage0_written",
        "recover_v2/stage1_published",
        "recover_v3/stage2_appended",
        "recover_v2/stage3_published_again",
        "recover_v3/stage4_appended",
        "recover_v3/stage5c_old_checkpoint_missing"
      })
  void recoveryHereGivesTheStateThatTheCrateRecovers(String group) throws IOException {
    MemoryDirectory source = Golden.directory(group);
    CrateRecoverer.Recovered<IndexState> due =
        CrateRecoverer.ofIndex(source, CrateReading.strict()).recoverLatest();
    CrateImport.Report report = CrateImport.of(source, target).asIndex().run();
    var recovered =
        Recoverer.of(target, WalEntry.codec(), new Index()).recover(RecoveryOptions.latest());
    assertThat(recovered.state().toCheckpoint()).isEqualTo(due.state().toCheckpoint());
    assertThat(recovered.lastEntryId()).isEqualTo(due.lastEntryId());
    assertThat(WalMaintenance.schemas(target)).allMatch(each -> each.schema().isPresent());
    assertThat(report.checkpoints()).hasSize(WalMaintenance.checkpoints(target).size());
    // The marker of the crate is an entry as the others.
    long markers = crate(source).values().stream().filter(hex -> hex.startsWith("05")).count();
    assertThat(ours().values().stream().filter(hex -> hex.startsWith("05"))).hasSize((int) markers);
  }

  @Test
  void aCheckpointThatIsMissingIsSaidAndAnOldOneIsSuperseded() throws IOException {
    CrateImport.Report taken =
        CrateImport.of(Golden.directory("recover_v3/stage4_appended"), target).run();
    assertThat(taken.checkpoints()).extracting(CrateCheckpoint::lastEntryId).containsExactly(66L);
    assertThat(taken.superseded()).extracting(LeftOut::file).containsExactly("checkpoints/c1.chk");
    assertThat(taken.firstEntryId()).isGreaterThan(41);
    CrateImport.Report missing =
        CrateImport.of(
                Golden.directory("recover_v3/stage5a_newest_checkpoint_missing"),
                new MemoryDirectory())
            .run();
    assertThat(missing.checkpoints()).isEmpty();
    assertThat(missing.leftOut()).hasSize(1);
    assertThat(missing.leftOut().get(0).reason())
        .contains("no checkpoint contains what was before");
    CrateImport.Report damaged =
        CrateImport.of(
                Golden.directory("recover_v3/stage5b_newest_checkpoint_corrupt"),
                new MemoryDirectory())
            .run();
    assertThat(damaged.leftOut()).hasSize(2);
    assertThat(damaged.leftOut().get(0))
        .isEqualTo(
            new LeftOut(
                "checkpoints/c2.chk", 0, 81, "crc mismatch (expected 0x7d78a49a, got 0x0a7f940c)"));
  }

  @Test
  void whatIsTornIsLeftOutAndSaid() throws IOException {
    MemoryDirectory source = new MemoryDirectory();
    Crate.segment(3, 1, 1).frame(1, ONE).frame(2, ONE).raw(17, 0, 0).in(source, "wal_1.log");
    CrateImport.Report report = CrateImport.of(source, target).run();
    assertThat(report.lastEntryId()).isEqualTo(2);
    assertThat(report.leftOut())
        .containsExactly(new LeftOut("wal/wal_1.log", 58, 3, "the last entry is cut off"));
  }

  @Test
  void damageIsRefusedUnlessTheEntryBeforeItIsNamed() throws IOException {
    MemoryDirectory source = new MemoryDirectory();
    byte[] damaged = Crate.segment(3, 1, 1).frame(1, ONE).frame(2, ONE).frame(3, ONE).bytes();
    damaged[57] ^= 1;
    Golden.put(source, "wal/wal_1.log", damaged);
    Crate.segment(3, 4, 2).frame(4, ONE).in(source, "wal_2.log");
    assertThatExceptionOfType(CorruptLogException.class)
        .isThrownBy(() -> CrateImport.of(source, target).run())
        .withMessageContaining("wal/wal_1.log at offset 41")
        .withMessageContaining("up to 1")
        .satisfies(e -> assertThat(e.checksum()).isNotNull());
    assertThat(target.exists("wal")).isFalse();
    assertThatExceptionOfType(CorruptLogException.class)
        .isThrownBy(() -> CrateImport.of(source, target).upTo(2).run());
    CrateImport.Report report = CrateImport.of(source, target).upTo(1).run();
    assertThat(ours()).containsOnlyKeys(1L);
    assertThat(report.leftOut())
        .extracting(LeftOut::file)
        .containsExactly("wal/wal_1.log", "wal/wal_2.log");
    assertThat(report.leftOut()).extracting(LeftOut::bytes).containsExactly(34L, 41L);
  }

  @Test
  void upToAnEntryTakesNoMore() throws IOException {
    MemoryDirectory source = Golden.directory("wal_v3_multiseg/data");
    CrateImport.Report report = CrateImport.of(source, target).upTo(17).run();
    assertThat(report.lastEntryId()).isEqualTo(17);
    assertThat(ours()).hasSize(17);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CrateImport.of(source, new MemoryDirectory()).upTo(-1));
    MemoryDirectory later = new MemoryDirectory();
    Crate.segment(3, 7, 1).frame(7, ONE).in(later, "wal_1.log");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CrateImport.of(later, new MemoryDirectory()).upTo(5).run());
    assertThat(CrateImport.of(later, new MemoryDirectory()).upTo(6).run().entries()).isZero();
  }

  @Test
  void aMixedSegmentIsTakenOverAndSaid() throws IOException {
    MemoryDirectory source = new MemoryDirectory();
    Crate.segment(2, 1, 1).frame(2, 1, ONE).frame(3, 2, ONE).in(source, "wal_1.log");
    CrateImport.Report report = CrateImport.of(source, target).run();
    assertThat(report.entries()).isEqualTo(2);
    assertThat(report.source().newerChecksums()).isEqualTo(1);
  }

  @Test
  void idsThatThisLibraryDoesNotHaveAreRefusedBeforeAnythingIsWritten() throws IOException {
    long max = Long.MAX_VALUE - 1;
    MemoryDirectory source = new MemoryDirectory();
    Crate.segment(3, max, 1).frame(max, ONE).in(source, "wal_1.log");
    assertThat(CrateImport.of(source, target).run().lastEntryId()).isEqualTo(max);
    assertThat(ours()).containsOnlyKeys(max);
    MemoryDirectory none = new MemoryDirectory();
    for (long first : new long[] {Long.MAX_VALUE, Long.MIN_VALUE, -1, 0}) {
      Crate.segment(3, first, 1).frame(first, ONE).in(source, "wal_1.log");
      assertThatExceptionOfType(FormatException.class)
          .as("first id %s", first)
          .isThrownBy(() -> CrateImport.of(source, none).run())
          .withMessageContaining(Long.toUnsignedString(first));
    }
    Crate.segment(3, max, 1).frame(max, ONE).frame(Long.MAX_VALUE, ONE).in(source, "wal_1.log");
    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> CrateImport.of(source, none).run());
    assertThat(none.exists("wal")).isFalse();
  }

  @Test
  void anEmptyLogBeginsWhereItsHeaderSays() throws IOException {
    MemoryDirectory source = new MemoryDirectory();
    Crate.segment(3, 51, 4).in(source, "wal_4.log");
    CrateCheckpoint unused =
        CrateCheckpoint.write(source, "checkpoints/a.chk", CrateVersion.NEWEST, 50, out -> {});
    CrateImport.Report report = CrateImport.of(source, target).run();
    assertThat(report.entries()).isZero();
    assertThat(report.checkpoints()).hasSize(1);
    try (WalWriter<byte[]> log = WalWriter.open(target, Codecs.bytes(), WalOptions.defaults())) {
      assertThat(log.append(ONE)).isEqualTo(51);
    }
  }

  @Test
  void checkpointsThatDoNotFitAreSaid() throws IOException {
    MemoryDirectory source = new MemoryDirectory();
    Crate.segment(3, 1, 1).frame(1, ONE).frame(2, ONE).in(source, "wal_1.log");
    for (int id : new int[] {0, 1, 2, 3}) {
      for (String path : List.of("checkpoints/", "")) {
        CrateCheckpoint unused =
            CrateCheckpoint.write(
                source, path + "c" + id, CrateVersion.NEWEST, id, out -> out.write(id));
      }
    }
    CrateCheckpoint huge =
        CrateCheckpoint.write(source, "huge", CrateVersion.NEWEST, -1L, out -> {});
    assertThat(huge.trailingBytes()).isZero();
    try (CrateRecordLogWriter records = CrateRecordLogWriter.open(source, "records")) {
      assertThat(records.append(ONE)).isEqualTo(1);
    }
    CrateImport.Report report = CrateImport.of(source, target).run();
    assertThat(report.checkpoints()).extracting(CrateCheckpoint::path).containsExactly("c1", "c2");
    assertThat(report.superseded())
        .extracting(LeftOut::file)
        .containsExactly("c0", "checkpoints/c0", "checkpoints/c1", "checkpoints/c2");
    assertThat(report.leftOut())
        .extracting(LeftOut::file)
        .containsExactly("c3", "checkpoints/c3", "huge", "records");
    Checkpoints ours = Checkpoints.in(target, Clock.systemUTC());
    assertThat(ours.list()).hasSize(2);
    byte[] newest = ours.read(Checkpoints.pathOf(2), Checkpoints.parser(Codecs.bytes()));
    assertThat(newest).containsExactly(2);
  }

  @Test
  void entriesThatAreNotOfAnIndexAreRefusedAsSuch() throws IOException {
    MemoryDirectory source = Golden.directory("wal_v3_str/data");
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> CrateImport.of(source, target).asIndex().run())
        .withMessageContaining("is no WalEntry of the crate");
  }

  @Test
  void whatIsNoLogOfTheCrateIsRefusedAndALogIsNotOverwritten() throws IOException {
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> CrateImport.of(new MemoryDirectory(), target).run());
    MemoryDirectory source = Golden.directory("wal_v3_str/data");
    CrateImport.Report report = CrateImport.of(source, target).run();
    assertThat(report.entries()).isEqualTo(24);
    assertThatExceptionOfType(FileAlreadyExistsException.class)
        .isThrownBy(() -> CrateImport.of(source, target).run());
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> CrateImport.of(target, new MemoryDirectory()).run());
  }

  /** A source that a crate goes on writing, once a file is opened for the n-th time. */
  private static final class LiveSource extends ForwardingDirectory {
    private final MemoryDirectory under;
    private final String changed;
    private final byte[] content;
    private int openings;

    LiveSource(MemoryDirectory under, int openings, String changed, byte... content) {
      super(under);
      this.under = under;
      this.openings = openings;
      this.changed = changed;
      this.content = content;
    }

    @Override
    public ReadFile open(String path) throws IOException {
      if (--openings == 0) {
        if (content.length == 0) {
          under.delete(changed);
        } else {
          Golden.put(under, changed, content);
        }
      }
      return super.open(path);
    }
  }

  @Test
  void aSourceThatChangesMeanwhileIsRefused() throws IOException {
    byte[] more = Crate.segment(3, 1, 1).frame(1, ONE).frame(2, ONE).frame(3, ONE).bytes();
    byte[] other = Crate.segment(3, 1, 1).frame(1, ONE).frame(2, (byte) 2).bytes();
    byte[] fewer = Crate.segment(3, 1, 1).frame(1, ONE).bytes();
    byte[] next = Crate.segment(3, 3, 2).frame(3, ONE).bytes();
    Map<String, List<byte[]>> changes =
        Map.of(
            "wal/wal_1.log", List.of(more, other, fewer, new byte[0]),
            "wal/wal_2.log", List.of(next),
            "wal/wal_1.log.tmp", List.of(ONE));
    for (Map.Entry<String, List<byte[]>> change : changes.entrySet()) {
      for (byte[] content : change.getValue()) {
        // The last opening is that of the hash; a name that comes after the listing is too late.
        int last = change.getKey().equals("wal/wal_1.log") ? 5 : 4;
        for (int openings = 2; openings <= last; openings++) {
          MemoryDirectory source = new MemoryDirectory();
          Crate.segment(3, 1, 1).frame(1, ONE).frame(2, ONE).in(source, "wal_1.log");
          MemoryDirectory fresh = new MemoryDirectory();
          LiveSource live = new LiveSource(source, openings, change.getKey(), content);
          try {
            CrateImport.Report report = CrateImport.of(live, fresh).run();
            throw new AssertionError(
                change.getKey() + " at opening " + openings + " gave " + report);
          } catch (IOException e) {
            assertThat(e).isNotNull();
          }
        }
      }
    }
  }

  @Test
  void whatComesBackFromAnExportIsWhatWentIn() throws IOException {
    for (String version : List.of("0.5.0", "0.7.2", "0.8.0")) {
      MemoryDirectory source = Golden.directory("recover_v3/stage4_appended");
      MemoryDirectory middle = new MemoryDirectory();
      MemoryDirectory back = new MemoryDirectory();
      CrateImport.Report in = CrateImport.of(source, middle).run();
      CrateVersion as = CrateVersion.of(version);
      CrateExport.Report out = CrateExport.of(middle, back, CrateLogOptions.of(as)).run();
      assertThat(crate(back)).isEqualTo(crate(source));
      assertThat(out.lastEntryId()).isEqualTo(in.lastEntryId());
      assertThat(back.exists(WriterLock.PATH)).isFalse();
      CrateCheckpoint exported =
          CrateCheckpoint.open(back, "checkpoints/66.chk", CrateReading.strict().as(as));
      CheckpointState state = exported.read(back, Checkpoints.parser(CheckpointState.codec()));
      CrateCheckpoint original =
          CrateCheckpoint.open(source, "checkpoints/c2.chk", CrateReading.strict());
      assertThat(state)
          .isEqualTo(original.read(source, Checkpoints.parser(CheckpointState.codec())));
      assertThat(CrateLog.in(back, CrateReading.strict().as(as)).verify().verdict())
          .isEqualTo(CrateVerdict.CLEAN);
    }
  }

  @Test
  void withAMarkerTheCrateFindsTheCheckpoint() throws IOException {
    MemoryDirectory source = Golden.directory("recover_v3/stage5c_old_checkpoint_missing");
    MemoryDirectory middle = new MemoryDirectory();
    MemoryDirectory back = new MemoryDirectory();
    CrateImport.Report in = CrateImport.of(source, middle).run();
    CrateExport.Report out =
        CrateExport.of(middle, back, CrateLogOptions.of(CrateVersion.NEWEST)).withMarker().run();
    assertThat(out.lastEntryId()).isEqualTo(in.lastEntryId() + 1);
    CrateRecoverer.Recovered<IndexState> recovered =
        CrateRecoverer.ofIndex(back, CrateReading.strict()).recoverLatest();
    assertThat(recovered.checkpoint()).isNotNull();
    assertThat(recovered.state().toCheckpoint())
        .isEqualTo(
            CrateRecoverer.ofIndex(source, CrateReading.strict())
                .recoverLatest()
                .state()
                .toCheckpoint());
    assertThatExceptionOfType(FileAlreadyExistsException.class)
        .isThrownBy(
            () -> CrateExport.of(middle, back, CrateLogOptions.of(CrateVersion.NEWEST)).run());
  }

  @Test
  void anEntryThatTheCrateCannotReadIsNotExported() throws IOException {
    WalOptions options = WalOptions.builder().entryBytesMax(20 << 20).build();
    try (WalWriter<byte[]> log = WalWriter.open(target, Codecs.bytes(), options)) {
      long unused = log.appendDurable(new byte[(16 << 20) + 1]);
    }
    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(
            () ->
                CrateExport.of(
                        target, new MemoryDirectory(), CrateLogOptions.of(CrateVersion.NEWEST))
                    .run())
        .withMessageContaining("entry 1 has 16777217 bytes");
  }

  @Test
  void anEmptyLogIsExportedOnlyIfTheCrateBeginsAtTheSameEntry() throws IOException {
    WalWriter.open(target, Codecs.bytes(), WalOptions.defaults()).close();
    CrateExport.Report report =
        CrateExport.of(target, new MemoryDirectory(), CrateLogOptions.of(CrateVersion.V0_2_0))
            .run();
    assertThat(report.segments()).isEmpty();
    MemoryDirectory later = new MemoryDirectory();
    WalWriter.open(later, Codecs.bytes(), WalOptions.builder().firstEntryId(7).build()).close();
    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(
            () ->
                CrateExport.of(
                        later, new MemoryDirectory(), CrateLogOptions.of(CrateVersion.NEWEST))
                    .run())
        .withMessageContaining("begins at entry 7");
  }

  @Test
  void aCheckpointThatCannotBeReadIsLeftOutOfAnExport() throws IOException {
    MemoryDirectory source = Golden.directory("recover_v3/stage4_appended");
    CrateImport.Report unused = CrateImport.of(source, target).run();
    byte[] content = new byte[100];
    Golden.put(target, Checkpoints.pathOf(66), content);
    List<LeftOut> leftOut = new ArrayList<>();
    try {
      leftOut.addAll(
          CrateExport.of(target, new MemoryDirectory(), CrateLogOptions.of(CrateVersion.NEWEST))
              .run()
              .leftOut());
    } catch (CorruptLogException whatTheCheckpointCovered) {
      leftOut.add(new LeftOut(Checkpoints.pathOf(66), 0, 0, ""));
    }
    assertThat(leftOut).extracting(LeftOut::file).containsExactly(Checkpoints.pathOf(66));
  }

  /** The constant of the library that replays use. */
  @Test
  void theFirstEntryOfAnImportIsWhereAReplayBegins() throws IOException {
    CrateImport.Report report =
        CrateImport.of(Golden.directory("recover_v3/stage5a_newest_checkpoint_missing"), target)
            .run();
    List<Long> ids = new ArrayList<>();
    WalReader.of(target, Codecs.bytes())
        .replay(WalReplay.START, Long.MAX_VALUE, (id, entry) -> ids.add(id));
    assertThat(ids.get(0)).isEqualTo(report.firstEntryId());
  }
}

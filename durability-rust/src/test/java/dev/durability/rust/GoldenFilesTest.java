package dev.durability.rust;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codec;
import dev.durability.codec.PostcardCodec;
import dev.durability.errors.DurabilityException;
import dev.durability.rust.CrateRecoverer.Recovered;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * What the crate read from its own files, compared with what is read here: a comparison for each
 * log, each checkpoint, each record log and each recovery that was recorded.
 */
class GoldenFilesTest {
  private static final Codec<WalEntry> ENTRIES = WalEntry.codec();
  private static final Codec<byte[]> BYTES = PostcardCodec.of(byte[].class);
  private static final Codec<String> TEXT = PostcardCodec.of(String.class);

  private final Map<String, Integer> compared = new TreeMap<>();

  private void count(String what) {
    compared.merge(what, 1, Integer::sum);
  }

  /** The version of the crate that a result was recorded with. */
  private static CrateVersion version(String recorded) {
    return CrateVersion.of(recorded.replace("durability ", ""));
  }

  @Test
  void everyRecordedResultIsReadHereToo() throws IOException {
    for (String group : Golden.recordedGroups()) {
      JsonNode expected = Golden.expected(group);
      if (group.startsWith("wal_") && group.endsWith("prealloc_crashed")) {
        preallocated(group, expected);
      } else if (group.startsWith("wal_")) {
        log(group, expected);
      } else if (group.startsWith("checkpoint_")) {
        checkpoints(group, expected);
      } else if (group.startsWith("recover_")) {
        for (JsonNode stage : expected.get("steps")) {
          recover(group, version(expected.get("writer").asText()), stage);
        }
      } else {
        recordLogs(expected);
      }
    }
    assertThat(compared)
        .isEqualTo(
            Map.of(
                "logs", 6,
                "logs with room reserved, after a crash", 2,
                "the same after the crate went on with them", 2,
                "checkpoints", 32,
                "record logs", 2,
                "recoveries", 78));
    assertThat(compared.values().stream().mapToInt(each -> each).sum()).isEqualTo(122);
  }

  private void log(String group, JsonNode expected) throws IOException {
    Directory directory = Golden.directory(group + "/data");
    CrateVersion writer = version(expected.get("writer").asText());
    for (CrateReading reading :
        List.of(
            CrateReading.strict(),
            CrateReading.bestEffort(),
            CrateReading.strict().as(writer),
            CrateReading.bestEffort().acceptingNewerChecksums())) {
      CrateLog log = CrateLog.in(directory, reading);
      List<JsonNode> due = new ArrayList<>();
      expected.get("entries").forEach(due::add);
      CrateEnding ending = log.replay((id, payload) -> assertEntry(due.remove(0), id, payload));
      assertThat(due).as(group).isEmpty();
      assertThat(ending.kind()).isEqualTo(CrateEnding.Kind.WHOLE);
      assertRanges(log.segments(), expected.get("segment_ranges"));
    }
    CrateReport report = CrateLog.in(directory, CrateReading.strict()).verify();
    assertThat(report.verdict()).isEqualTo(CrateVerdict.CLEAN);
    assertThat(report.entries()).isEqualTo(expected.get("entries").size());
    count("logs");
  }

  private static void assertRanges(List<CrateSegment> segments, JsonNode ranges) {
    assertThat(segments).hasSize(ranges.size());
    for (int i = 0; i < ranges.size(); i++) {
      JsonNode range = ranges.get(i);
      CrateSegment segment = segments.get(i);
      assertThat(segment.file()).isEqualTo(range.get("path").asText());
      assertThat(segment.segmentId()).isEqualTo(range.get("segment_id").asLong());
      assertThat(segment.firstEntryId()).isEqualTo(range.get("start_entry_id").asLong());
      assertThat(segment.lastEntryId()).isEqualTo(range.get("end_entry_id").asLong());
    }
  }

  private static void assertEntry(JsonNode expected, long id, byte[] payload) throws IOException {
    assertThat(id).isEqualTo(expected.get("entry_id").asLong());
    ByteBuffer bytes = ByteBuffer.wrap(payload);
    if (expected.has("bytes_hex")) {
      assertThat(Golden.HEX.formatHex(BYTES.decode(bytes)))
          .isEqualTo(expected.get("bytes_hex").asText());
    } else if (expected.has("text")) {
      assertThat(TEXT.decode(bytes)).isEqualTo(expected.get("text").asText());
    } else {
      assertThat(Golden.HEX.formatHex(payload)).isEqualTo(expected.get("payload_hex").asText());
      WalEntry entry = ENTRIES.decode(bytes);
      assertThat(entry).isEqualTo(Golden.entry(expected));
      ByteArrayOutputStream again = new ByteArrayOutputStream();
      ENTRIES.encode(entry, again);
      assertThat(again.toByteArray()).isEqualTo(payload);
    }
  }

  private void preallocated(String group, JsonNode expected) throws IOException {
    MemoryDirectory directory = Golden.directory(group + "/data");
    String recorded = expected.get("results").fieldNames().next();
    CrateVersion writer = version(recorded);
    JsonNode results = expected.get("results").get(recorded);
    CrateReading strict = CrateReading.strict().as(writer);
    assertReplay(directory, strict, expected.get("entries"), results.get("strict"));
    assertReplay(
        directory,
        CrateReading.bestEffort().as(writer),
        expected.get("entries"),
        results.get("best_effort"));
    try {
      assertThat(CrateLog.in(directory, strict).segments()).isEmpty();
    } catch (DurabilityException e) {
      Golden.assertSaid(e, results.get("segment_ranges_strict").get("error"));
    }
    // From 0.7.3 on zeros end a segment. This supersedes what was recorded.
    List<Long> ids = new ArrayList<>();
    assertThat(
            CrateLog.in(directory, CrateReading.strict())
                .replay((id, payload) -> ids.add(id))
                .kind())
        .isEqualTo(CrateEnding.Kind.ZEROS);
    assertThat(ids).containsExactly(1L, 2L, 3L, 4L, 5L);
    assertThat(CrateLog.in(directory, CrateReading.strict()).verify().verdict())
        .isEqualTo(CrateVerdict.CLEAN);
    count("logs with room reserved, after a crash");

    JsonNode resumed = results.get("resume_then_append_2");
    List<JsonNode> all = new ArrayList<>();
    expected.get("entries").forEach(all::add);
    try (CrateLogWriter log = CrateLogWriter.open(directory, CrateLogOptions.of(writer))) {
      assertThat(log.lastAppendedId() + 1)
          .isEqualTo(resumed.get("output").get(0).get("next_entry_id").asLong());
      assertThat(log.segments().get(0).bytes())
          .isEqualTo(resumed.get("output").get(0).get("segment_bytes").asLong());
      for (int i = 1; i < resumed.get("output").size(); i++) {
        JsonNode entry = resumed.get("output").get(i);
        all.add(entry);
        assertThat(log.append(Golden.HEX.parseHex(entry.get("payload_hex").asText())))
            .isEqualTo(entry.get("entry_id").asLong());
      }
    }
    Map<String, byte[]> after = Golden.files(group + "/" + resumed.get("after_dir").asText());
    assertThat(Golden.hex(Golden.content(directory))).isEqualTo(Golden.hex(after));
    List<JsonNode> due = new ArrayList<>(all);
    CrateEnding ending =
        CrateLog.in(Golden.directory(after), strict)
            .replay((id, payload) -> assertEntry(due.remove(0), id, payload));
    assertThat(due).isEmpty();
    assertThat(ending.bytes()).isZero();
    assertThat(resumed.get("replay_after_strict").get("entries_delivered").asInt())
        .isEqualTo(all.size());
    count("the same after the crate went on with them");
  }

  private static void assertReplay(
      Directory directory, CrateReading reading, JsonNode entries, JsonNode result)
      throws IOException {
    List<Long> ids = new ArrayList<>();
    try {
      CrateEnding unused =
          CrateLog.in(directory, reading)
              .replay(
                  (id, payload) -> {
                    assertEntry(entries.get(ids.size()), id, payload);
                    ids.add(id);
                  });
      assertThat(result.get("error").isNull()).isTrue();
    } catch (DurabilityException e) {
      Golden.assertSaid(e, result.get("error"));
    }
    assertThat(ids).isEqualTo(Golden.ids(result.get("entry_ids")));
  }

  private void checkpoints(String group, JsonNode expected) throws IOException {
    Directory directory = Golden.directory(group + "/data");
    for (Map.Entry<String, JsonNode> file : expected.get("files").properties()) {
      JsonNode result = file.getValue();
      String writer = expected.get("writer").asText();
      if (result.has("ok")) {
        checkpoint(directory, file.getKey(), version(writer), result);
        checkpoint(directory, file.getKey(), CrateVersion.NEWEST, result);
      } else {
        for (Map.Entry<String, JsonNode> recorded : result.properties()) {
          checkpoint(directory, file.getKey(), version(recorded.getKey()), recorded.getValue());
        }
      }
      count("checkpoints");
    }
  }

  private static void checkpoint(Directory directory, String path, CrateVersion as, JsonNode result)
      throws IOException {
    try {
      CrateCheckpoint checkpoint =
          CrateCheckpoint.open(directory, path, CrateReading.strict().as(as));
      CheckpointState state =
          checkpoint.read(directory, Checkpoints.parser(CheckpointState.codec()));
      assertThat(result.has("ok")).as(path).isTrue();
      assertThat(checkpoint.lastEntryId())
          .as(path)
          .isEqualTo(Golden.u64(result.get("ok").get("last_applied_id")));
      assertThat(state).as(path).isEqualTo(Golden.state(result.get("ok").get("segments")));
    } catch (DurabilityException e) {
      assertThat(result.has("error")).as("%s: %s", path, e).isTrue();
      Golden.assertSaid(e, result.get("error"));
      assertThat(e).hasMessageStartingWith(path + " at offset ");
    }
  }

  private void recordLogs(JsonNode expected) throws IOException {
    Directory directory = Golden.directory("recordlog/data");
    for (String file : List.of("log.bin", "raw.bin")) {
      for (CrateReading reading : List.of(CrateReading.strict(), CrateReading.bestEffort())) {
        List<String> read = new ArrayList<>();
        boolean isText = file.equals("log.bin");
        CrateEnding ending =
            CrateRecordLog.in(directory, file, reading)
                .replay(
                    (number, payload) -> {
                      assertThat(number).isEqualTo(read.size() + 1L);
                      read.add(
                          isText
                              ? TEXT.decode(ByteBuffer.wrap(payload))
                              : Golden.HEX.formatHex(payload));
                    });
        List<String> due = new ArrayList<>();
        expected
            .get(file)
            .forEach(each -> due.add(each.get(isText ? "text" : "bytes_hex").asText()));
        assertThat(read).isEqualTo(due);
        assertThat(ending.bytes()).isZero();
      }
      count("record logs");
    }
  }

  private void recover(String group, CrateVersion version, JsonNode stage) throws IOException {
    Directory directory = Golden.directory(group + "/" + stage.get("stage").asText());
    for (Map.Entry<String, JsonNode> mode : stage.get("recover").properties()) {
      CrateReading reading =
          mode.getKey().endsWith("-best") ? CrateReading.bestEffort() : CrateReading.strict();
      CrateRecoverer<IndexState> recoverer = CrateRecoverer.ofIndex(directory, reading.as(version));
      JsonNode result = mode.getValue();
      String told = group + " " + stage.get("stage").asText() + " " + mode.getKey();
      try {
        Recovered<IndexState> recovered =
            switch (mode.getKey().replace("-best", "")) {
              case "latest" -> recoverer.recoverLatest();
              case "none" -> recoverer.recover(null);
              default -> recoverer.recover(mode.getKey().substring("ckpt:".length()));
            };
        assertThat(result.has("error")).as(told).isFalse();
        assertThat(recovered.lastEntryId())
            .as(told)
            .isEqualTo(result.get("last_entry_id").asLong());
        assertThat(recovered.state().toCheckpoint())
            .as(told)
            .isEqualTo(Golden.state(result.get("segments")));
      } catch (DurabilityException e) {
        assertThat(result.has("error")).as("%s: %s", told, e).isTrue();
        Golden.assertSaid(e, result);
      }
      count("recoveries");
    }
    if (stage.has("recover_upto")) {
      for (Map.Entry<String, JsonNode> upTo : stage.get("recover_upto").properties()) {
        upTo(directory, version, Long.parseLong(upTo.getKey()), upTo.getValue());
        count("recoveries");
      }
    }
  }

  private static void upTo(Directory directory, CrateVersion version, long toId, JsonNode result)
      throws IOException {
    List<Long> applied = new ArrayList<>();
    Recovered<List<Long>> recovered =
        CrateRecoverer.<List<Long>>of(
                directory,
                CrateReading.strict().as(version),
                ArrayList::new,
                in -> {
                  throw new AssertionError("there is no checkpoint");
                },
                (state, id, payload) -> {
                  applied.add(id);
                  return state;
                },
                CrateRecoverer.markersOfIndex())
            .recover(null, toId);
    assertThat(applied).isEqualTo(Golden.ids(result.get("applied_ids")));
    assertThat(recovered.lastEntryId()).isEqualTo(result.get("last_entry_id").asLong());
    assertThat(recovered.checkpoint()).isNull();
  }

  /** Every intact file, made again from the values that it holds. */
  @Test
  void everyIntactFileIsWrittenAgainByteForByte() throws IOException {
    int written = 0;
    for (String group : Golden.recordedGroups()) {
      JsonNode expected = Golden.expected(group);
      Map<String, byte[]> again = new TreeMap<>();
      Map<String, byte[]> files = Map.of();
      if (group.startsWith("wal_") && !group.endsWith("crashed")) {
        files = Golden.files(group + "/data");
        again = logAgain(version(expected.get("writer").asText()), expected.get("entries"), group);
      } else if (group.startsWith("checkpoint_")) {
        files = Golden.files(group + "/data");
        files.keySet().removeIf(path -> !path.matches("checkpoints/c\\d.chk"));
        again = checkpointsAgain(version(expected.get("writer").asText()), expected, files);
      } else if (group.equals("recordlog")) {
        files = Golden.files(group + "/data");
        again = recordLogsAgain(expected, files);
      }
      assertThat(Golden.hex(again)).as(group).isEqualTo(Golden.hex(files));
      written += files.size();
    }
    assertThat(written).isEqualTo(2 * (9 + 1 + 1) + 2 * 4 + 2);
  }

  private static Map<String, byte[]> logAgain(CrateVersion version, JsonNode entries, String group)
      throws IOException {
    MemoryDirectory directory = new MemoryDirectory();
    long segmentBytes = group.endsWith("multiseg") ? 256 : 1 << 20;
    CrateLogOptions options = CrateLogOptions.of(version).withSegmentBytes(segmentBytes);
    try (CrateLogWriter log = CrateLogWriter.open(directory, options)) {
      for (JsonNode entry : entries) {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        if (entry.has("bytes_hex")) {
          BYTES.encode(Golden.HEX.parseHex(entry.get("bytes_hex").asText()), payload);
        } else if (entry.has("text")) {
          TEXT.encode(entry.get("text").asText(), payload);
        } else {
          ENTRIES.encode(Golden.entry(entry), payload);
        }
        assertThat(log.append(payload.toByteArray())).isEqualTo(entry.get("entry_id").asLong());
      }
    }
    return withoutLock(directory);
  }

  private static Map<String, byte[]> withoutLock(Directory directory) throws IOException {
    WriterLock.remove(directory); // From 0.7.3 on it is left, as by the crate.
    return Golden.content(directory);
  }

  private static Map<String, byte[]> checkpointsAgain(
      CrateVersion version, JsonNode expected, Map<String, byte[]> files) throws IOException {
    MemoryDirectory directory = new MemoryDirectory();
    for (String path : files.keySet()) {
      JsonNode ok = expected.get("files").get(path).get("ok");
      CrateCheckpoint unused =
          CrateCheckpoint.write(
              directory,
              path,
              version,
              Golden.u64(ok.get("last_applied_id")),
              Checkpoints.content(CheckpointState.codec(), Golden.state(ok.get("segments"))));
    }
    return Golden.content(directory);
  }

  private static Map<String, byte[]> recordLogsAgain(JsonNode expected, Map<String, byte[]> files)
      throws IOException {
    MemoryDirectory directory = new MemoryDirectory();
    for (String path : files.keySet()) {
      try (CrateRecordLogWriter log = CrateRecordLogWriter.open(directory, path)) {
        for (JsonNode record : expected.get(path)) {
          ByteArrayOutputStream payload = new ByteArrayOutputStream();
          if (record.has("text")) {
            TEXT.encode(record.get("text").asText(), payload);
          } else {
            payload.write(Golden.HEX.parseHex(record.get("bytes_hex").asText()));
          }
          long unused = log.append(payload.toByteArray());
        }
      }
    }
    return Golden.content(directory);
  }

  /** The scenario of the recoveries, played with the writers of this library. */
  @Test
  void writingPublishingAndGoingOnGivesTheFilesOfTheCrateAtEachStage() throws IOException {
    for (String group : List.of("recover_v2", "recover_v3")) {
      JsonNode expected = Golden.expected(group);
      CrateVersion version = version(expected.get("writer").asText());
      MemoryDirectory directory = new MemoryDirectory();
      JsonNode steps = expected.get("steps");
      append(directory, version, steps.get(0).get("entries"));
      assertStage(directory, group, "stage0_written");
      publish(directory, version, steps.get(1).get("output").get(0));
      assertStage(directory, group, "stage1_published");
      append(directory, version, steps.get(2).get("output"));
      assertStage(directory, group, "stage2_appended");
      publish(directory, version, steps.get(3).get("output").get(0));
      assertStage(directory, group, "stage3_published_again");
      append(directory, version, steps.get(4).get("output"));
      assertStage(directory, group, "stage4_appended");
    }
  }

  private static CrateLogOptions options(CrateVersion version) {
    return CrateLogOptions.of(version).withSegmentBytes(200);
  }

  private static void append(Directory directory, CrateVersion version, JsonNode entries)
      throws IOException {
    try (CrateLogWriter log = CrateLogWriter.open(directory, options(version))) {
      for (JsonNode entry : entries) {
        if (entry.has("payload_hex")) {
          assertThat(log.append(Golden.HEX.parseHex(entry.get("payload_hex").asText())))
              .isEqualTo(entry.get("entry_id").asLong());
        }
      }
    }
  }

  private static void publish(Directory directory, CrateVersion version, JsonNode output)
      throws IOException {
    CheckpointState state =
        CrateRecoverer.ofIndex(directory, CrateReading.strict().as(version))
            .recoverLatest()
            .state()
            .toCheckpoint();
    try (CrateLogWriter log = CrateLogWriter.open(directory, options(version))) {
      CratePublisher.Published published =
          CratePublisher.of(directory, log, version)
              .publish(
                  output.get("checkpoint_path").asText(),
                  output.get("checkpoint_last_entry_id").asLong(),
                  Checkpoints.content(CheckpointState.codec(), state));
      assertThat(published.markerEntryId())
          .isEqualTo(output.get("wal_checkpoint_entry_id").asLong());
      assertThat(published.deleted()).hasSize(output.get("deleted_wal_segments").asInt());
    }
  }

  private static void assertStage(Directory directory, String group, String stage)
      throws IOException {
    assertThat(Golden.hex(Golden.content(directory)))
        .as("%s %s", group, stage)
        .isEqualTo(Golden.hex(Golden.files(group + "/" + stage)));
  }
}

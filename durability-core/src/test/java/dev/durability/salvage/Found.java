package dev.durability.salvage;

import dev.durability.codec.Codecs;
import dev.durability.codec.Schema;
import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** All that a salvage wrote and told. Each log that it wrote is read. Not thread-safe. */
final class Found implements SalvageTarget {
  final List<Directory> logs = new ArrayList<>();
  final List<SalvagedStretch> stretches = new ArrayList<>();
  final List<MissingEntries> missing = new ArrayList<>();
  final List<EndRemains> remains = new ArrayList<>();
  final Map<String, String> leftOut = new LinkedHashMap<>();

  final Map<Long, String> shown = new TreeMap<>();

  static Found in(Directory log) throws IOException {
    Found found = new Found();
    Salvage.of(log, found).run();
    return found;
  }

  @Override
  public Directory begin(String source, long firstEntryId) {
    Directory made = new MemoryDirectory();
    logs.add(made);
    return made;
  }

  @Override
  public void written(SalvagedStretch stretch) {
    stretches.add(stretch);
  }

  @Override
  public void missing(MissingEntries entries) {
    missing.add(entries);
  }

  @Override
  public void remains(EndRemains end) {
    remains.add(end);
  }

  @Override
  public void leftOut(LeftOutFile file) {
    leftOut.put(file.file(), file.reason());
  }

  @Override
  public void entry(long id, Optional<Schema> schema, ByteBuffer payload) {
    shown.put(id, StandardCharsets.ISO_8859_1.decode(payload).toString());
  }

  /** The entries of all logs, by id. Each log has to be whole. */
  Map<Long, String> entries() throws IOException {
    Map<Long, String> all = new TreeMap<>();
    for (Directory log : logs) {
      LogReport report = WalMaintenance.verify(log);
      if (report.verdict() != Verdict.CLEAN) {
        throw new AssertionError(report.toString());
      }
      long first = WalMaintenance.firstEntryId(log);
      WalReader.of(log, Codecs.bytes())
          .replay(
              first,
              Long.MAX_VALUE,
              (id, entry) -> {
                String other = all.put(id, new String(entry, StandardCharsets.ISO_8859_1));
                if (other != null) {
                  throw new AssertionError("entry " + id + " came out twice");
                }
              });
    }
    return all;
  }

  /** The stretches as {@code first-last}. */
  List<String> ranges() {
    return stretches.stream().map(s -> s.firstEntryId() + "-" + s.lastEntryId()).toList();
  }

  /** What is missing as {@code first-last KIND}. */
  List<String> gaps() {
    return missing.stream()
        .map(m -> m.firstEntryId() + "-" + m.lastEntryId() + " " + m.kind())
        .toList();
  }

  boolean tells(long id) {
    return missing.stream().anyMatch(m -> m.firstEntryId() <= id && id <= m.lastEntryId());
  }

  List<WalRecord<byte[]>> read(int log) throws IOException {
    return WalReader.of(logs.get(log), Codecs.bytes()).readAll();
  }

  @Override
  public String toString() {
    return stretches + "\n" + missing + "\n" + leftOut;
  }
}

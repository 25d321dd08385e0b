package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.segment.LogFiles;
import dev.durability.segment.SegmentName;
import dev.durability.storage.MemoryDirectory;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Map;

/** Logs that are damaged by hand, and what the report says of them. */
abstract class DamagedLogs {
  static final String FIRST = new SegmentName(1, 1).path();
  static final String SECOND = new SegmentName(2, 5).path();
  static final String THIRD = new SegmentName(3, 9).path();

  final MemoryDirectory directory = new MemoryDirectory();

  /** 1 to 4, 5 to 8, and 9 to 12, of which 9 to 11 are promised. */
  LogBuilder log() throws IOException {
    for (String path : LogBuilder.files(directory).keySet()) {
      directory.delete(path);
    }
    LogBuilder log = new LogBuilder(directory);
    log.segment(1).entries(4).end(4).write();
    log.segment(2).entries(4).end(8).write();
    return log.segment(3).entries(3).mark(11).entries(1).write();
  }

  /** Verdict, P, C, D, where the run ends, and that no byte changed. */
  LogReport verify(Verdict verdict, long p, long c, long d, String file, long offset)
      throws IOException {
    Map<String, String> before = LogBuilder.files(directory);
    LogReport report = WalMaintenance.verify(directory);
    assertThat(LogBuilder.files(directory)).isEqualTo(before);
    LogReport.Position end = new LogReport.Position(file, offset);
    boolean cuts = verdict == Verdict.TORN || verdict == Verdict.AMBIGUOUS;
    int segments = directory.list(LogFiles.SEGMENTS).size();
    assertThat(report)
        .isEqualTo(
            new LogReport(
                verdict,
                p,
                c,
                d,
                segments,
                end,
                cuts ? end : null,
                report.reason(),
                verdict == Verdict.CORRUPT ? report.checksum() : null));
    assertThat(report.reason() == null).isEqualTo(verdict == Verdict.CLEAN);
    return report;
  }

  byte[] bytesOf(String path) throws IOException {
    return HexFormat.of().parseHex(LogBuilder.files(directory).get(path));
  }

  static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}

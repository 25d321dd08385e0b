package dev.durability.testkit.library;

import dev.durability.errors.CorruptLogException;
import dev.durability.log.LogReport;
import dev.durability.testkit.CrashDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import dev.durability.wal.WalMaintenance;
import java.io.IOException;

/**
 * Lets one read of a log fail: that is an error, and no reason to judge the log otherwise than it
 * is judged where all reads succeed.
 */
final class LogReadErrors {
  private static final int READS = 12;

  private LogReadErrors() {}

  static void strike(CrashDirectory disk, long seed, LogReport honest) throws IOException {
    FaultDirectory failing = new FaultDirectory(disk);
    failing.inject(Fault.of(Fault.Operation.READ).nth(1 + Math.floorMod(seed, READS)));
    LogReport report;
    try {
      report = WalMaintenance.verify(failing);
    } catch (CorruptLogException e) {
      throw new AssertionError("a read error is taken for damage", e);
    } catch (IOException told) {
      LogModel.require(failing.injected() > 0, "verifying failed: " + told);
      return;
    }
    LogModel.require(failing.injected() == 0, "a read error is taken for the end: " + report);
    LogModel.require(report.equals(honest), "judged " + honest + ", and then " + report);
  }
}

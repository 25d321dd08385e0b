package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.CorruptLogException;
import dev.durability.log.Verdict;
import dev.durability.storage.CountedDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Opening that fails or dies at each of its changes of the storage, for logs that crashes left: the
 * next opening finds the same entries, and nothing that was cut comes back.
 */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class WalOpeningCrashTest {
  private static final int ACKNOWLEDGED = 12;
  private static final int APPENDED = 24;

  private final List<String> appended = new ArrayList<>();

  /** A log with entries that were synced and others that were not. */
  private CountedDisk crashed(long seed, boolean power) throws IOException {
    CountedDisk disk = new CountedDisk(seed);
    appended.clear();
    WalWriter<String> log = Logs.open(disk);
    for (int i = 1; i <= APPENDED; i++) {
      String entry = "entry " + i + "x".repeat(i * 53 % 450);
      appended.add(entry);
      if (i <= ACKNOWLEDGED) {
        log.appendDurable(entry);
      } else {
        log.append(entry);
      }
    }
    CountedDisk after = power ? disk.afterPowerLoss() : disk.afterDeath();
    assertThatThrownBy(log::close).isInstanceOf(IOException.class);
    return after;
  }

  @Tag("slow")
  @Test
  void openingThatDiesOrFailsAtAnyStepIsRepeatable() throws IOException {
    Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
    for (long seed = 1; seed <= 12; seed++) {
      CountedDisk crashed = crashed(seed, true);
      List<String> recovered = Logs.entries(crashed);
      assertPrefix(recovered, "seed=" + seed);
      verdicts.merge(Logs.verdict(crashed), 1, Integer::sum);
      for (boolean dies : new boolean[] {true, false}) {
        boolean opened = false;
        for (int step = 1; !opened; step++) {
          String where = "seed=" + seed + " step=" + step + " dies=" + dies;
          CountedDisk disk = crashed.afterDeath();
          opened = opens(disk, step, dies, where);
          disk = step % 2 == 0 ? disk.afterPowerLoss() : disk.afterDeath();
          assertGoesOn(disk, recovered, where);
        }
      }
    }
    assertThat(verdicts).containsKeys(Verdict.CLEAN, Verdict.TORN);
  }

  @Tag("slow")
  @Test
  void openingAfterDeathOfTheProcessThatDiesByPowerLossKeepsWhatWasAcknowledged()
      throws IOException {
    for (long seed = 1; seed <= 6; seed++) {
      CountedDisk crashed = crashed(seed, false);
      assertThat(Logs.entries(crashed)).isEqualTo(appended);
      boolean opened = false;
      for (int step = 1; !opened; step++) {
        String where = "seed=" + seed + " step=" + step;
        CountedDisk disk = crashed.afterDeath();
        opened = opens(disk, step, true, where);
        disk = disk.afterPowerLoss();
        List<String> recovered = Logs.entries(disk);
        assertPrefix(recovered, where);
        assertThat(recovered).as(where).hasSizeGreaterThanOrEqualTo(opened ? APPENDED : 0);
        assertGoesOn(disk, recovered, where);
      }
    }
  }

  /** Whether it got through before the failure. */
  private static boolean opens(CountedDisk disk, int step, boolean dies, String where)
      throws IOException {
    long before = disk.changes();
    if (dies) {
      disk.dieAt(step);
    } else {
      disk.failAt(step);
    }
    try {
      WalWriter<String> log = Logs.open(disk);
      boolean whole = disk.changes() - before < step;
      disk.heal();
      log.close();
      return whole;
    } catch (IOException e) {
      assertThat(e).as(where).isNotInstanceOf(CorruptLogException.class);
      return false;
    }
  }

  private void assertPrefix(List<String> recovered, String where) {
    assertThat(recovered).as(where).hasSizeGreaterThanOrEqualTo(ACKNOWLEDGED);
    assertThat(recovered).as(where).isEqualTo(appended.subList(0, recovered.size()));
  }

  private static void assertGoesOn(CountedDisk disk, List<String> recovered, String where)
      throws IOException {
    assertThat(Logs.verdict(disk)).as(where).isNotEqualTo(Verdict.CORRUPT);
    List<String> expected = new ArrayList<>(recovered);
    try (WalWriter<String> log = Logs.open(disk)) {
      assertThat(log.appendDurable("new")).as(where).isEqualTo(expected.size() + 1L);
    }
    expected.add("new");
    CountedDisk after = disk.afterPowerLoss();
    assertThat(Logs.verdict(after)).as(where).isEqualTo(Verdict.CLEAN);
    assertThat(Logs.entries(after)).as(where).isEqualTo(expected);
  }
}

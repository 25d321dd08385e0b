package dev.durability.pekko;

import static dev.durability.pekko.Events.numbers;
import static dev.durability.pekko.Events.replay;
import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.testkit.CrashDirectory;
import java.io.IOException;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Losses of power while events are written, deleted, carried, and checkpoints are made: what was
 * acknowledged is there, whole and in order, and nothing that was deleted.
 */
class EventLogCrashTest {
  private static final int SEEDS = 60;

  /** What is certain about an id, and what a crash may leave beyond that. */
  private static final class Certain {
    private long written;
    private long attempted;
    private long deleted;
  }

  @Test
  void acknowledgedEventsSurviveTheLossOfPower() throws IOException {
    for (long seed = 1; seed <= SEEDS; seed++) {
      history(seed);
    }
  }

  private static void history(long seed) throws IOException {
    Random random = new Random(seed);
    Map<String, Certain> certain = new TreeMap<>();
    CrashDirectory disk = new CrashDirectory();
    for (int life = 0; life < 4; life++) {
      CrashDirectory left;
      try (EventLog log = Events.open(disk)) {
        check(log, certain, "seed=" + seed + " life=" + life);
        for (int step = 0; step < 40; step++) {
          step(log, random, certain);
        }
        // The last write is under way: a crash may leave it or not.
        String id = "id" + random.nextInt(4);
        Certain its = certain.computeIfAbsent(id, each -> new Certain());
        CompletableFuture<Void> unused =
            Events.append(log, id, its.attempted + 1, its.attempted + 3);
        its.attempted += 3;
        left = disk.copy().afterPowerLoss(random.nextLong());
      }
      disk = left;
    }
    try (EventLog log = Events.open(disk)) {
      check(log, certain, "seed=" + seed);
    }
  }

  private static void step(EventLog log, Random random, Map<String, Certain> certain)
      throws IOException {
    String id = "id" + random.nextInt(4);
    Certain its = certain.computeIfAbsent(id, each -> new Certain());
    int what = random.nextInt(12);
    if (what < 8) {
      long last = its.attempted + 1 + random.nextInt(3);
      Events.persist(log, id, its.attempted + 1, last);
      its.attempted = last;
      its.written = last;
    } else if (what < 11) {
      long to = Math.max(0, its.written - random.nextInt(5));
      Events.delete(log, id, to);
      its.deleted = Math.max(its.deleted, to);
    } else {
      log.tidy();
    }
  }

  private static void check(EventLog log, Map<String, Certain> certain, String when)
      throws IOException {
    for (Map.Entry<String, Certain> each : certain.entrySet()) {
      Certain its = each.getValue();
      long highest = log.index().highest(each.getKey());
      assertThat(highest).as("%s %s", when, each.getKey()).isIn(its.written, its.attempted);
      assertThat(replay(log, each.getKey()))
          .as("%s %s", when, each.getKey())
          .isEqualTo(numbers(its.deleted + 1, highest));
      its.written = highest;
      its.attempted = highest;
    }
  }
}

package dev.durability.examples.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.storage.Directory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Kills and restarts members of a group while clients write, and checks that nothing committed is
 * lost and no two members disagree.
 */
final class KillRun {
  /** How long anything may take before the run gives up: a guard against waiting for ever. */
  private static final long GIVE_UP_NANOS = 120_000_000_000L;

  /** After so long without a write the group stands still. */
  private static final long STANDSTILL_MILLIS = 3_000;

  private static final int CLIENTS = 3;
  private static final String[] COUNTERS = {"x", "y"};

  private final Agreement agreement;
  private final KilledGroup group;
  private final int kills;
  private final Random chance;
  private final List<Thread> clients = new ArrayList<>();
  private int killed;
  private int standstills;
  private volatile boolean ended;

  KillRun(Agreement agreement, KilledGroup group, int kills, long seed) {
    this.agreement = agreement;
    this.group = group;
    this.kills = kills;
    this.chance = new Random(seed);
  }

  /** Runs; returns what happened, in words. */
  String run() throws Exception {
    try {
      for (MemberId member : Member.ALL) {
        group.start(member);
      }
      for (int i = 0; i < CLIENTS; i++) {
        client("client" + i, new Random(chance.nextLong()));
      }
      awaitWrites(5);
      while (killed < kills || agreement.snapshotsInstalled() == 0) {
        killSome();
      }
      awaitAllCaughtUp();
    } finally {
      ended = true;
    }
    awaitClients();
    agreement.check();
    checkDisks();
    assertThat(agreement.restartsWithEntries())
        .as("restarts that found entries in the log")
        .isPositive();
    assertThat(agreement.snapshotsInstalled()).as("snapshots of others").isPositive();
    return killed
        + " kills, "
        + agreement.acknowledgedCount()
        + " writes acknowledged, "
        + agreement.committed()
        + " entries committed, "
        + agreement.restartsWithEntries()
        + " restarts with entries from disk, "
        + agreement.snapshotsInstalled()
        + " snapshots installed, "
        + agreement.cuts()
        + " cuts, "
        + standstills
        + " standstills, "
        + agreement.violations().size()
        + " violations";
  }

  private void client(String name, Random its) {
    Thread thread = new Thread(() -> write(name, its), name);
    thread.setDaemon(true);
    clients.add(thread);
    thread.start();
  }

  private void write(String name, Random its) {
    CounterClient client = new CounterClient(name, Member.ALL, group);
    try {
      while (!ended) {
        add(name, client, COUNTERS[its.nextInt(COUNTERS.length)], 1 + its.nextInt(9));
      }
    } catch (InterruptedException over) {
      // The test is over.
    } catch (RuntimeException | Error e) {
      agreement.violation(name + " failed: " + e);
    }
  }

  private CounterClient.Answer add(String name, CounterClient client, String counter, long amount)
      throws InterruptedException {
    CounterClient.Answer answer = client.add(counter, amount);
    agreement.acknowledged(new Operation.Add(name, client.sequence(), counter, amount), answer);
    return answer;
  }

  /** Kills one member or more, and restarts them, now or after some writes of the others. */
  private void killSome() throws Exception {
    List<MemberId> victims = victims();
    for (MemberId victim : victims) {
      group.kill(victim, chance);
      killed++;
    }
    if (victims.size() == 1) {
      awaitWritesWithoutIt(absence());
    }
    for (MemberId victim : victims) {
      group.start(victim);
    }
    awaitWrites(1 + chance.nextInt(15));
  }

  private List<MemberId> victims() {
    List<MemberId> all = new ArrayList<>(Member.ALL);
    Collections.shuffle(all, chance);
    // Each third time the leader, who may have entries that nobody else has.
    if (chance.nextInt(3) == 0) {
      all.sort((a, b) -> Boolean.compare(group.isLeader(b), group.isLeader(a)));
    }
    int dice = chance.nextInt(10);
    int most = killed < 2 || dice < 7 ? 1 : dice < 9 ? 2 : 3;
    return all.subList(0, Math.min(most, Math.max(1, kills - killed)));
  }

  /**
   * How many writes a member misses: none, some that the others still have in their logs, or so
   * many that only a snapshot helps. The first two kills show both.
   */
  private int absence() {
    int dice = killed == 1 ? 9 : killed == 2 ? 5 : chance.nextInt(10);
    return dice < 4
        ? 0
        : dice < 8 ? 1 + chance.nextInt(10) : 2 * Member.SNAPSHOT_ENTRIES + chance.nextInt(20);
  }

  /**
   * Waits for writes while a member is away. MicroRaft 0.7 has states in which two of three members
   * do not go on without the third; see README.md. Then the third comes back now.
   */
  private void awaitWritesWithoutIt(int count) throws InterruptedException {
    if (!awaitWritesOrStandstill(agreement.acknowledgedCount() + count)) {
      standstills++;
    }
  }

  /**
   * Waits until all members have applied all that is committed now. Clients go on meanwhile, so
   * that a member that waits for the leader's next snapshot, see README.md, gets one.
   */
  private void awaitAllCaughtUp() throws InterruptedException {
    long index = agreement.committed();
    long start = System.nanoTime();
    while (!agreement.haveAllReached(index)) {
      awaitWrites(1);
      giveUp(start, "members that catch up to entry " + index);
    }
  }

  private void awaitClients() throws InterruptedException {
    long start = System.nanoTime();
    for (Thread client : clients) {
      for (client.join(STANDSTILL_MILLIS); client.isAlive(); client.join(STANDSTILL_MILLIS)) {
        group.takeSnapshot();
        giveUp(start, client.getName());
      }
    }
  }

  /** Waits for writes, with all members there. */
  private void awaitWrites(int count) throws InterruptedException {
    int until = agreement.acknowledgedCount() + count;
    long start = System.nanoTime();
    while (!awaitWritesOrStandstill(until)) {
      standstills++;
      group.takeSnapshot(); // For members that wait for one; see README.md.
      giveUp(start, "write " + until);
    }
  }

  /** Waits for writes; returns false if there were none for a while. */
  private boolean awaitWritesOrStandstill(int until) throws InterruptedException {
    synchronized (agreement) {
      int before = agreement.acknowledgedCount();
      long start = System.nanoTime();
      while (agreement.acknowledgedCount() < until) {
        assertThat(agreement.violations()).isEmpty();
        agreement.wait(100);
        if (agreement.acknowledgedCount() > before) {
          before = agreement.acknowledgedCount();
          start = System.nanoTime();
        } else if (System.nanoTime() - start > 1_000_000 * STANDSTILL_MILLIS) {
          return false;
        }
      }
      return true;
    }
  }

  private void giveUp(long start, String what) {
    if (System.nanoTime() - start > GIVE_UP_NANOS) {
      StringBuilder words = new StringBuilder("waited in vain for " + what);
      Member.ALL.forEach(member -> words.append("; ").append(group.describe(member)));
      throw new AssertionError(words);
    }
  }

  /** What the disks hold is what was agreed on, and two of three hold all of it. */
  private void checkDisks() throws Exception {
    int whole = 0;
    for (MemberId member : Member.ALL) {
      Directory disk = group.disk(member);
      try (DurableRaftStore store = DurableRaftStore.open(disk, Member.codec(), Member.OPTIONS)) {
        long last = agreement.checkStored(member, store.restored().orElseThrow());
        if (last >= agreement.committed()) {
          whole++;
        }
      }
    }
    assertThat(whole).as("disks with all that was committed").isGreaterThanOrEqualTo(2);
  }
}

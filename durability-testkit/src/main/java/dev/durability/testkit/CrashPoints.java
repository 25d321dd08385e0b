package dev.durability.testkit;

import dev.durability.testkit.CrashReport.Origin;
import dev.durability.testkit.Operation.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The crashes that may cut a life short. Replays the life on its disk; used by one thread. */
final class CrashPoints<E> {
  private final Crash.Life<E> life;
  private final long seed;
  private final long parentKey;
  private final Disk disk;
  private int point;

  CrashPoints(Crash.Life<E> life, long seed) {
    this(life, seed, life.start().copy(), 0);
  }

  private CrashPoints(Crash.Life<E> life, long seed, Disk disk, int point) {
    this.life = life;
    this.seed = seed;
    Crash<E> before = life.before();
    this.parentKey = before == null ? 0 : before.key();
    this.disk = disk;
    this.point = point;
  }

  /** A copy at the same operation, for another thread. */
  CrashPoints<E> copy() {
    return new CrashPoints<>(life, seed, disk.copy(), point);
  }

  /** Goes on until that many operations have taken place. */
  void advance(int toPoint) {
    while (point < toPoint) {
      disk.apply(life.trace().operations().get(point++));
    }
  }

  int last() {
    return life.trace().operations().size();
  }

  /**
   * Lists the crashes here: the process is killed, even in the middle of a write; or the power
   * fails.
   *
   * @param most how many losses of power at most
   */
  List<Crash<E>> crashes(int most) {
    SplittableRandom random = random();
    List<Crash<E>> crashes = new ArrayList<>(kills(random));
    CrashChoices choices = new CrashChoices(disk);
    for (int[] combination : choices.pick(most, random)) {
      crashes.add(powerLoss(choices, combination, random));
    }
    return crashes;
  }

  /** One crash here, of any kind. */
  Crash<E> anyCrash(SplittableRandom random) {
    if (random.nextInt(4) == 0) {
      List<Crash<E>> kills = kills(random);
      return kills.get(random.nextInt(kills.size()));
    }
    CrashChoices choices = new CrashChoices(disk);
    List<int[]> few = choices.pick(6, random);
    return powerLoss(choices, few.get(random.nextInt(few.size())), random);
  }

  private SplittableRandom random() {
    return new SplittableRandom(Hash.mix(seed, point));
  }

  private List<Crash<E>> kills(SplittableRandom random) {
    List<Crash<E>> kills = new ArrayList<>();
    kills.add(kill(disk.copy(), "killed", random));
    if (point < last()) {
      Operation next = life.trace().operations().get(point);
      int length = next.bytes().length;
      if (next.kind() == Kind.WRITE && length > 1) {
        int part = 1 + random.nextInt(length - 1);
        Disk torn = disk.copy();
        torn.write(next, part);
        kills.add(kill(torn, "killed after " + part + " bytes of the next write", random));
      }
    }
    return kills;
  }

  private Crash<E> kill(Disk found, String how, SplittableRandom random) {
    Crash<E> before = life.before();
    int lastPowerLoss = before == null ? 0 : before.lastPowerLoss();
    return crash(found, lastPowerLoss, Origin.KILL, how, List.of(), random);
  }

  private Crash<E> powerLoss(CrashChoices choices, int[] combination, SplittableRandom random) {
    Disk found = choices.found(combination, random.nextLong());
    List<Integer> chosen = Arrays.stream(combination).boxed().toList();
    return crash(found, past().size(), Origin.POWER_LOSS, null, chosen, random);
  }

  private Crash<E> crash(
      Disk found,
      int lastPowerLoss,
      Origin origin,
      @Nullable String kill,
      List<Integer> combination,
      SplittableRandom random) {
    return new Crash<>(
        found,
        past(),
        lastPowerLoss,
        life.before() == null ? origin : Origin.IN_RECOVERY,
        life,
        point,
        kill,
        combination,
        random.nextLong(),
        Hash.mix(Hash.mix(parentKey, found.hash()), life.trace().promisesBefore(point)));
  }

  private List<E> past() {
    return life.history().before(life.trace(), point);
  }

  /** What a crash at this point left, in words. */
  String describe(Crash<E> crash) {
    return crash.kill() == null
        ? "power lost; "
            + new CrashChoices(disk)
                .describe(crash.combination().stream().mapToInt(Integer::intValue).toArray())
        : crash.kill();
  }
}

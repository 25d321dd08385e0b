package dev.durability.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Everything that is open when the power fails, as a list of choices: for each unsynced change of a
 * name, whether it took place; for each file, its size; for each unsynced sector, its version.
 * Option 0 is always the oldest state.
 */
final class CrashChoices {
  private enum What {
    NAME,
    SIZE,
    SECTOR
  }

  /** One choice: of which inode and sector, or which change of names; and how many options. */
  private record Choice(What what, int inode, int index, int options, int newest) {}

  private final Disk disk;
  private final List<Choice> choices = new ArrayList<>();

  /** The choices of a disk, which must not change while this is used. */
  CrashChoices(Disk disk) {
    this.disk = disk;
    for (int i = 0; i < disk.names().open(); i++) {
      choices.add(new Choice(What.NAME, 0, i, 2, 1));
    }
    for (Map.Entry<Integer, Inode> each : new TreeMap<>(disk.inodes()).entrySet()) {
      Inode inode = each.getValue();
      List<Long> sizes = inode.sizes();
      if (sizes.size() > 1) {
        int newest = sizes.indexOf(inode.size());
        choices.add(new Choice(What.SIZE, each.getKey(), 0, sizes.size(), newest));
      }
      for (int sector : inode.openSectors()) {
        int options = inode.options(sector);
        choices.add(new Choice(What.SECTOR, each.getKey(), sector, options, inode.newest(sector)));
      }
    }
  }

  int count() {
    return choices.size();
  }

  /** How many combinations there are, or {@code bound} if there are more. */
  long combinations(long bound) {
    long product = 1;
    for (Choice each : choices) {
      product *= each.options;
      if (product >= bound) {
        return bound;
      }
    }
    return product;
  }

  /**
   * Picks combinations: all, if there are no more than asked for. Otherwise those in which nothing
   * or everything took place, each option of each choice by itself, the prefixes of the changes of
   * names that a journal keeps, and random ones beyond that, with more or less of everything that
   * is new.
   */
  List<int[]> pick(int most, SplittableRandom random) {
    if (combinations(most + 1L) <= most) {
      return all();
    }
    List<int[]> picked = new ArrayList<>();
    picked.add(new int[choices.size()]);
    picked.add(newest());
    List<int[]> systematic = singles();
    systematic.addAll(journals());
    shuffle(systematic, random);
    int chance = Math.max(1, most / 3);
    for (int i = 0; i < systematic.size() && picked.size() < most - chance; i++) {
      picked.add(systematic.get(i));
    }
    while (picked.size() < most) {
      picked.add(chance(random));
    }
    return picked;
  }

  private List<int[]> all() {
    List<int[]> all = new ArrayList<>();
    int[] next = new int[choices.size()];
    while (true) {
      all.add(next.clone());
      int i = 0;
      while (i < next.length && ++next[i] == choices.get(i).options) {
        next[i++] = 0;
      }
      if (i == next.length) {
        return all;
      }
    }
  }

  private int[] newest() {
    return choices.stream().mapToInt(Choice::newest).toArray();
  }

  private List<int[]> singles() {
    List<int[]> singles = new ArrayList<>();
    for (int i = 0; i < choices.size(); i++) {
      for (int option = 0; option < choices.get(i).options; option++) {
        int[] amongNew = newest();
        amongNew[i] = option;
        singles.add(amongNew);
        int[] amongOld = new int[choices.size()];
        amongOld[i] = option;
        singles.add(amongOld);
      }
    }
    return singles;
  }

  /** Combinations with the names as a journal keeps them, and all of the content or none. */
  private List<int[]> journals() {
    List<int[]> journals = new ArrayList<>();
    int names = disk.names().open();
    for (int kept = 1; kept < names; kept++) {
      int[] withContent = newest();
      Arrays.fill(withContent, kept, names, 0);
      journals.add(withContent);
      int[] without = new int[choices.size()];
      Arrays.fill(without, 0, kept, 1);
      journals.add(without);
    }
    return journals;
  }

  private int[] chance(SplittableRandom random) {
    double[] chances = {0.1, 0.3, 0.5, 0.7, 0.9};
    double namesKept = random.nextInt(3) > 0 ? 1 : random.nextDouble();
    double kept = chances[random.nextInt(chances.length)];
    int[] combination = newest();
    for (int i = 0; i < combination.length; i++) {
      Choice choice = choices.get(i);
      if (random.nextDouble() >= (choice.what == What.NAME ? namesKept : kept)) {
        combination[i] = random.nextInt(choice.options);
      }
    }
    return combination;
  }

  private static void shuffle(List<int[]> list, SplittableRandom random) {
    for (int i = list.size() - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int[] swapped = list.get(i);
      list.set(i, list.get(j));
      list.set(j, swapped);
    }
  }

  /** A random combination. */
  Disk random(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return found(chance(random), random.nextLong());
  }

  /** The disk as it is found after a combination; the seed decides the garbage. */
  Disk found(int[] combination, long garbageSeed) {
    boolean[] tookPlace = new boolean[disk.names().open()];
    Map<Integer, Map<Integer, Integer>> sectors = new HashMap<>();
    Map<Integer, Long> sizes = new HashMap<>();
    for (int i = 0; i < combination.length; i++) {
      Choice choice = choices.get(i);
      switch (choice.what) {
        case NAME -> tookPlace[choice.index] = combination[i] == 1;
        case SIZE -> sizes.put(choice.inode, disk.inode(choice.inode).sizes().get(combination[i]));
        case SECTOR ->
            sectors
                .computeIfAbsent(choice.inode, inode -> new HashMap<>())
                .put(choice.index, combination[i]);
      }
    }
    Map<String, Integer> names = disk.names().afterPowerLoss(tookPlace);
    Map<Integer, Inode> contents = new HashMap<>();
    for (int number : names.values()) {
      Inode inode = disk.inode(number);
      contents.put(
          number,
          inode.afterPowerLoss(
              sectors.getOrDefault(number, Map.of()),
              sizes.getOrDefault(number, inode.size()),
              index -> garbage(garbageSeed, number, index)));
    }
    return disk.found(names, contents);
  }

  /** Noise, or what another file has or had in these blocks, perhaps before it was deleted. */
  private Sector garbage(long seed, int file, int index) {
    SplittableRandom random = new SplittableRandom(Hash.mix(Hash.mix(seed, file), index));
    List<Inode> all = List.copyOf(new TreeMap<>(disk.inodes()).values());
    Inode other = all.get(random.nextInt(all.size()));
    Sector stale = other.sector(index);
    return random.nextBoolean() || other == disk.inode(file) || stale.equals(Sector.ZEROS)
        ? Sector.garbage(random.nextLong())
        : stale;
  }

  /** A combination in words: which unsynced changes are found. */
  String describe(int[] combination) {
    if (Arrays.equals(combination, newest())) {
      return "all that was written is found";
    }
    List<String> words = new ArrayList<>();
    for (int i = 0; i < combination.length; i++) {
      Choice choice = choices.get(i);
      if (combination[i] != choice.newest) {
        words.add(
            switch (choice.what) {
              case NAME -> "not " + disk.names().describeOpen(choice.index);
              case SIZE ->
                  fileName(choice.inode)
                      + " has "
                      + disk.inode(choice.inode).sizes().get(combination[i])
                      + " bytes";
              case SECTOR -> sector(choice, combination[i]);
            });
      }
    }
    return String.join("; ", words);
  }

  private String sector(Choice choice, int option) {
    String found =
        option > choice.newest
            ? "garbage"
            : option == 0 ? "as before" : "in version " + option + " of " + choice.newest;
    return fileName(choice.inode) + " sector " + choice.index + " " + found;
  }

  private String fileName(int inode) {
    for (Map.Entry<String, Integer> each : disk.names().now().entrySet()) {
      if (each.getValue() == inode) {
        return each.getKey();
      }
    }
    return "a deleted file";
  }
}

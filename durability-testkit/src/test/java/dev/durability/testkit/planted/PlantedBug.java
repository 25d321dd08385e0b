package dev.durability.testkit.planted;

import java.util.List;

/**
 * One line that a programmer got wrong, or a few that belong together.
 *
 * @param name what the bug is called here
 * @param forgotten what the programmer forgot
 * @param broken the guarantee that does not hold with it
 * @param patches the lines
 * @param workload what finds it
 * @param seed with which seed to start
 */
record PlantedBug(
    String name,
    String forgotten,
    String broken,
    List<Patch> patches,
    Hunt.Workload workload,
    long seed) {}

package dev.durability.testkit.planted;

/**
 * One line that a programmer got wrong.
 *
 * @param name what the bug is called here
 * @param forgotten what the programmer forgot
 * @param broken the guarantee that does not hold with it
 * @param patch the line
 * @param workload what finds it
 * @param seed with which seed to start
 */
record PlantedBug(
    String name, String forgotten, String broken, Patch patch, Hunt.Workload workload, long seed) {}

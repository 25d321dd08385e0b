package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.Report;
import dev.durability.benchmarks.Settings;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/**
 * Something that is measured in a process of its own.
 *
 * @param name its name on the command line
 * @param title what it is, in a line
 * @param measurement measures it
 */
public record Scenario(String name, String title, Measurement measurement) {

  /** Measures a scenario. */
  @FunctionalInterface
  public interface Measurement {
    /**
     * Measures.
     *
     * @param settings how much
     * @param directory an empty directory
     * @param log takes what a person who waits wants to know
     * @return the outcome of each part
     * @throws Exception if that fails
     */
    List<Report> run(Settings settings, Path directory, PrintStream log) throws Exception;
  }
}

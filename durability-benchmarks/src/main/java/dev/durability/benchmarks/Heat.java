package dev.durability.benchmarks;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Measures contestants side by side: each round has several short slices, in each slice everyone
 * takes a turn, and another one begins in each slice. A figure is the contestant's rate in a round
 * divided by the probe's rate in the same round. So a device that is slower for a while is slower
 * for all of them.
 */
public final class Heat {
  private static final int SLICES = 10;
  private static final Set<Role> NEEDED = Set.of(Role.PROBE, Role.OURS, Role.REFERENCE);

  private final String part;
  private final String what;
  private final String unit;
  private final Target target;
  private final List<Contestant> contestants;
  private final List<String> notes = new ArrayList<>();
  private boolean anewEachRound;
  private boolean byMedian;

  private final Map<Contestant, Measured> measured = new LinkedHashMap<>();

  /**
   * Prepares to measure.
   *
   * @param part the part of the scenario, empty if it is the only one
   * @param what what an operation is
   * @param unit the unit of the rates, without the "/s"
   * @param target what has to be reached; if the figure has to be small, it is the time divided by
   *     the probe's time, else the rate divided by the probe's rate
   * @param contestants who is measured, exactly one probe among them; opened in this order
   */
  public Heat(
      String part,
      String what,
      String unit,
      Target target,
      List<? extends Contestant> contestants) {
    this.part = part;
    this.what = what;
    this.unit = unit;
    this.target = target;
    this.contestants = List.copyOf(contestants);
  }

  /**
   * Lets everyone start again in an empty directory in each round, so that the disk does not fill.
   *
   * @return this
   */
  public Heat anewEachRound() {
    anewEachRound = true;
    return this;
  }

  /**
   * Takes the median latency of a round, in microseconds, for the figure, and not the ratio to the
   * probe. Everyone records latencies, and the target is a largest one.
   *
   * @return this
   */
  public Heat byMedianLatency() {
    byMedian = true;
    return this;
  }

  /**
   * Adds what a reader should know.
   *
   * @param note a sentence
   * @return this
   */
  public Heat note(String note) {
    notes.add(note);
    return this;
  }

  /**
   * Measures.
   *
   * @param settings how much
   * @param directory an empty directory; emptied again
   * @param log takes messages about the progress
   * @return the outcome
   * @throws Exception if the probe or our own contestant fails, or another after its warm-up
   */
  public Report run(Settings settings, Path directory, PrintStream log) throws Exception {
    for (Contestant contestant : contestants) {
      measured.put(contestant, new Measured());
    }
    List<Contestant> running = open(directory, log);
    try {
      for (Contestant contestant : List.copyOf(running)) {
        try {
          warmUp(contestant, settings);
        } catch (Exception e) {
          leaveOut(contestant, e, log);
          running.remove(contestant);
          contestant.close();
        }
      }
      for (int round = 1; round <= settings.rounds(); round++) {
        if (anewEachRound) {
          close(running, directory);
          running = open(directory, log);
          for (Contestant contestant : running) {
            contestant.run(of(contestant).operations, null);
            contestant.settle();
          }
        }
        round(running);
        log.printf(
            Locale.ROOT,
            "  %sround %d of %d%n",
            part.isEmpty() ? "" : part + ": ",
            round,
            settings.rounds());
      }
    } finally {
      close(running, directory);
    }
    return report();
  }

  private List<Contestant> open(Path directory, PrintStream log) throws Exception {
    List<Contestant> running = new ArrayList<>();
    for (Contestant contestant : contestants) {
      Measured state = of(contestant);
      if (state.skipped != null) {
        continue;
      }
      Path own = Files.createDirectories(directory.resolve(contestant.slug()));
      try {
        contestant.open(own);
        running.add(contestant);
      } catch (Exception | LinkageError e) {
        leaveOut(contestant, e, log);
      }
    }
    return running;
  }

  /**
   * Other contestants may fail and are left out; without the probe, the reference or our own log
   * there is nothing to compare.
   */
  private void leaveOut(Contestant contestant, Throwable failure, PrintStream log)
      throws Exception {
    if (NEEDED.contains(contestant.role())) {
      throw new IllegalStateException(
          contestant.name() + " cannot run: " + failure.getMessage(), failure);
    }
    String reason =
        failure instanceof CannotRunException ? failure.getMessage() : failure.toString();
    of(contestant).skipped = reason;
    log.println("  skipped " + contestant.name() + ": " + reason);
  }

  private static void close(List<Contestant> running, Path directory) throws Exception {
    for (Contestant contestant : running) {
      contestant.close();
    }
    running.clear();
    Trees.empty(directory);
  }

  /** Runs until the code is compiled, and finds how many operations fill a slice. */
  private void warmUp(Contestant contestant, Settings settings) throws Exception {
    Measured state = of(contestant);
    long fixed = contestant.fixedOperations();
    double seconds = settings.seconds();
    double sliceNanos = seconds * 1e9 / SLICES;
    long until = System.nanoTime() + (long) (seconds * 1e9);
    long operations = fixed > 0 ? fixed : contestant.operationsMultiple();
    double rate;
    do {
      long nanos = contestant.run(operations, null);
      contestant.settle();
      rate = operations * 1e9 / Math.max(1, nanos);
      if (fixed == 0 && nanos < sliceNanos) { // Starting many threads takes most of a short slice.
        operations = Math.min(2 * operations, fit(contestant, Long.MAX_VALUE));
      }
    } while (System.nanoTime() < until);
    state.operations = fixed > 0 ? fixed : fit(contestant, (long) (rate * seconds / SLICES));
    state.slices = fixed > 0 ? (int) Math.max(1, Math.min(SLICES, rate * seconds / fixed)) : SLICES;
  }

  private static long fit(Contestant contestant, long operations) {
    int multiple = contestant.operationsMultiple();
    long most = Math.min(operations, contestant.operationsMax());
    return Math.max(2, most / multiple) * multiple;
  }

  private void round(List<Contestant> running) throws Exception {
    for (Contestant contestant : running) {
      of(contestant).startRound();
    }
    List<Contestant> order = new ArrayList<>(running);
    for (int slice = 0; slice < SLICES; slice++) {
      for (Contestant contestant : order) {
        Measured state = of(contestant);
        if (slice < state.slices) {
          state.roundNanos += contestant.run(state.operations, state.latenciesOfRound);
          state.roundOperations += state.operations;
          contestant.settle();
        }
      }
      Collections.rotate(order, -1);
    }
    for (Contestant contestant : running) {
      of(contestant).endRound(contestant.unitsPerOperation());
    }
  }

  private Measured of(Contestant contestant) {
    Measured state = measured.get(contestant);
    if (state == null) {
      throw new IllegalStateException(contestant.name() + " takes no part");
    }
    return state;
  }

  private Report report() {
    Contestant probe =
        contestants.stream().filter(c -> c.role() == Role.PROBE).findFirst().orElseThrow();
    List<Double> base = of(probe).rates;
    List<Standing> standings = new ArrayList<>();
    for (Contestant contestant : contestants) {
      Measured state = of(contestant);
      List<Double> figures = byMedian ? state.medians : ratios(state.rates, base);
      boolean hasLatencies = state.latencies.getTotalCount() > 0;
      standings.add(
          new Standing(
              contestant.name(),
              contestant.role(),
              contestant.guarantee(),
              figures,
              state.rates,
              hasLatencies ? state.latencies : null,
              state.skipped));
    }
    String figure = byMedian ? "median, µs" : target.isLeast() ? "rate ÷ probe" : "time ÷ probe";
    return new Report(part, what, figure, unit, target, standings, notes);
  }

  private List<Double> ratios(List<Double> rates, List<Double> base) {
    List<Double> figures = new ArrayList<>();
    for (int round = 0; round < rates.size(); round++) {
      double ratio = rates.get(round) / base.get(round);
      figures.add(target.isLeast() ? ratio : 1 / ratio);
    }
    return figures;
  }

  private static final class Measured {
    private final Histogram latencies = latencies();
    private final Histogram latenciesOfRound = latencies();
    private final List<Double> medians = new ArrayList<>();
    private final List<Double> rates = new ArrayList<>();
    private @Nullable String skipped;
    private long operations;
    private int slices;
    private long roundNanos;
    private long roundOperations;

    private static Histogram latencies() {
      return new ConcurrentHistogram(TimeUnit.MINUTES.toNanos(2), 3);
    }

    void startRound() {
      roundNanos = 0;
      roundOperations = 0;
    }

    void endRound(double unitsPerOperation) {
      rates.add(roundOperations * unitsPerOperation * 1e9 / roundNanos);
      if (latenciesOfRound.getTotalCount() > 0) {
        medians.add(latenciesOfRound.getValueAtPercentile(50) / 1e3);
        latencies.add(latenciesOfRound);
        latenciesOfRound.reset();
      }
    }
  }
}

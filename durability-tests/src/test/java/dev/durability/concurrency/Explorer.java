package dev.durability.concurrency;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.pastalab.fray.core.TestRunner;
import org.pastalab.fray.core.ThreadContext;
import org.pastalab.fray.core.command.Configuration;
import org.pastalab.fray.core.command.ExecutionInfo;
import org.pastalab.fray.core.command.MethodExecutor;
import org.pastalab.fray.core.command.NetworkDelegateType;
import org.pastalab.fray.core.command.SystemTimeDelegateType;
import org.pastalab.fray.core.randomness.ControlledRandom;
import org.pastalab.fray.core.randomness.Randomness;
import org.pastalab.fray.core.scheduler.POSScheduler;
import org.pastalab.fray.rmi.ScheduleObserver;

/**
 * Explores schedules of scenarios, in the process that {@link FrayProcess} starts. Fray runs one
 * thread at a time, and decides at each lock, park, wake-up, wait and volatile access which goes
 * on; a priority for each operation is drawn anew where operations touch the same object ("partial
 * order sampling"). A parked thread may also wake up for no reason. The clock is Fray's, too.
 *
 * <p>Arguments: seconds for each exploration, the seed of the first schedule, a directory for
 * reports; then for each exploration the scenario and a directory of classes that stand before the
 * library's own, or {@code -}.
 */
final class Explorer {
  private static final long NANOS_A_LOOK_AT_THE_CLOCK = 100_000;

  /** A schedule has some hundreds; one that comes this far goes round in circles. */
  private static final int STEPS_MAX = 50_000;

  private static PrintStream results = System.out;

  private final int seconds;
  private final long seed;
  private final Path reports;

  private Explorer(String[] args) {
    seconds = Integer.parseInt(args[0]);
    seed = Long.parseLong(args[1]);
    reports = Path.of(args[2]);
  }

  public static void main(String[] args) throws Exception {
    Explorer explorer = new Explorer(args);
    PrintStream out = System.out;
    System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    results = out;
    for (int i = 3; i < args.length; i += 2) {
      out.println(explorer.explore(args[i], args[i + 1]));
    }
    out.flush();
    Runtime.getRuntime().halt(0); // Threads of a schedule that failed may be left behind.
  }

  private String explore(String scenario, String classes) throws Exception {
    Path report = reports.resolve(scenario);
    Configuration configuration = configuration(scenario, classes, report);
    configuration.getScheduleObservers().add(new Steps(configuration));
    Throwable found = new TestRunner(configuration).run();
    int explored = configuration.getCurrentIteration();
    if (found == null) {
      return FrayProcess.NOTHING_FOUND + "\t" + explored;
    }
    System.err.println(scenario + ", seed=" + (seed + explored));
    System.err.println(Files.readString(report.resolve("fray.log")));
    return found + "\t" + (explored + 1);
  }

  private Configuration configuration(String scenario, String classes, Path report) {
    AtomicLong next = new AtomicLong(seed);
    return new Configuration(
        new ExecutionInfo(
            new MethodExecutor(
                Scenarios.class.getName(), scenario, List.of(), classPath(classes), Map.of()),
            /* ignoreUnhandledExceptions= */ false,
            /* interleaveMemoryOps= */ false,
            /* maxScheduledStep= */ -1),
        report,
        Integer.MAX_VALUE,
        seconds,
        new POSScheduler(random(next)),
        () -> random(next),
        /* fullSchedule= */ false,
        /* exploreMode= */ false,
        /* noExitWhenBugFound= */ true,
        /* isReplay= */ false,
        /* noFray= */ false,
        /* dummyRun= */ false,
        NetworkDelegateType.NONE,
        SystemTimeDelegateType.MOCK,
        NANOS_A_LOOK_AT_THE_CLOCK,
        /* ignoreTimedBlock= */ false,
        /* sleepAsYield= */ true,
        /* resetClassLoader= */ false,
        /* redirectStdout= */ false,
        /* abortThreadExecutionAfterMainExit= */ false,
        /* resolveRacingOperationStackTraceHash= */ false,
        /* timelineCoverageType= */ null);
  }

  private static Randomness random(AtomicLong seed) {
    return new ControlledRandom(
        new ArrayList<>(), new ArrayList<>(), new Random(seed.getAndIncrement()));
  }

  /** Modules of the project are directories, or jars if the build has packed them. */
  private static boolean isOfTheProject(Path each) {
    Path name = each.getFileName();
    return Files.isDirectory(each) || (name != null && name.toString().startsWith("durability-"));
  }

  /** The classes of the library and of the scenarios, in a loader of their own. */
  private static List<String> classPath(@Nullable String first) {
    List<String> path = new ArrayList<>();
    if (first != null && !first.equals("-")) {
      path.add(first);
    }
    for (String each :
        System.getProperty("java.class.path").split(java.io.File.pathSeparator, -1)) {
      if (isOfTheProject(Path.of(each))) {
        path.add(each);
      }
    }
    return path;
  }

  /** Ends the process where threads go on without end: no thread of it can be stopped any more. */
  private static final class Steps implements ScheduleObserver<ThreadContext> {
    private final Configuration configuration;
    private int schedule;
    private int steps;

    Steps(Configuration configuration) {
      this.configuration = configuration;
    }

    @Override
    public void onNewSchedule(
        Collection<? extends ThreadContext> threads, ThreadContext scheduled) {
      int current = configuration.getCurrentIteration();
      steps = current == schedule ? steps + 1 : 0;
      schedule = current;
      if (steps > STEPS_MAX) {
        threads.forEach(each -> System.err.println(each.getThread() + " " + each.getState()));
        results.println("threads go round without end\t" + (current + 1));
        results.flush();
        Runtime.getRuntime().halt(0);
      }
    }

    @Override
    public void onContextSwitch(ThreadContext current, ThreadContext next) {}
  }
}

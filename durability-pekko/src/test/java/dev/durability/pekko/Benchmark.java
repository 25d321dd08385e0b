package dev.durability.pekko;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Props;
import org.apache.pekko.persistence.AbstractPersistentActor;
import org.apache.pekko.persistence.RecoveryCompleted;

/**
 * Our journal beside Pekko's LevelDB journal, in one run and in turn, both with fsync. Actors
 * persist events of 128 bytes, each the next one when the one before is acknowledged. Then another
 * actor system recovers all of them.
 *
 * <p>Arguments: a directory on the disk to measure, the seconds of each run, and how many rounds.
 */
final class Benchmark {
  private static final int EVENT_BYTES = 128;
  private static final int[] ACTORS = {1, 16, 256, 2048};

  private static final Map<String, String> CONTESTANTS =
      new TreeMap<>(
          Map.of(
              "durability",
              "pekko.persistence.journal.plugin = pekko.persistence.journal.durability",
              "leveldb (native)",
              "pekko.persistence.journal { plugin = pekko.persistence.journal.leveldb,"
                  + " leveldb.native = on }",
              "leveldb (Java)",
              "pekko.persistence.journal { plugin = pekko.persistence.journal.leveldb,"
                  + " leveldb.native = off }"));

  private Benchmark() {}

  /** Persists until it is told to stop, or only recovers. */
  private static final class Writer extends AbstractPersistentActor {
    private final String id;
    private final Run run;
    private final byte[] event = new byte[EVENT_BYTES];

    Writer(String id, Run run) {
      this.id = id;
      this.run = run;
    }

    @Override
    public String persistenceId() {
      return id;
    }

    @Override
    public Receive createReceiveRecover() {
      return receiveBuilder()
          .match(byte[].class, each -> run.recovered.incrementAndGet())
          .match(RecoveryCompleted.class, done -> run.started.countDown())
          .build();
    }

    @Override
    public Receive createReceive() {
      return receiveBuilder().matchEquals("go", go -> next()).build();
    }

    private void next() {
      if (System.nanoTime() >= run.endNanos) {
        run.stopped.countDown();
        return;
      }
      persist(
          event,
          done -> {
            run.acknowledged.incrementAndGet();
            next();
          });
    }
  }

  /** One actor system. */
  private static final class Run {
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong recovered = new AtomicLong();
    private final CountDownLatch started;
    private final CountDownLatch stopped;
    private volatile long endNanos;

    Run(int actors) {
      started = new CountDownLatch(actors);
      stopped = new CountDownLatch(actors);
    }
  }

  /** Measures, and prints a table. */
  public static void main(String[] args) throws Exception {
    Path root = Files.createDirectories(Path.of(args[0]));
    int seconds = Integer.parseInt(args[1]);
    int rounds = Integer.parseInt(args[2]);
    Map<String, List<double[]>> results = new TreeMap<>();
    for (int round = 0; round < rounds; round++) {
      for (int actors : ACTORS) {
        for (Map.Entry<String, String> each : CONTESTANTS.entrySet()) {
          double[] measured = measure(root, each.getValue(), actors, seconds);
          String name = String.format(Locale.ROOT, "%5d actors, %s", actors, each.getKey());
          results.computeIfAbsent(name, its -> new ArrayList<>()).add(measured);
          System.out.printf(
              Locale.ROOT,
              "round %d, %s: %.0f events/s written, %.0f events/s recovered%n",
              round + 1,
              name,
              measured[0],
              measured[1]);
        }
      }
    }
    System.out.println();
    System.out.println("| | written, events/s: min, median, max | recovered, events/s |");
    System.out.println("|---|---|---|");
    results.forEach(
        (name, all) ->
            System.out.println(
                "| " + name + " | " + spread(all, 0) + " | " + spread(all, 1) + " |"));
  }

  private static String spread(List<double[]> all, int column) {
    double[] sorted = all.stream().mapToDouble(each -> each[column]).sorted().toArray();
    return Arrays.stream(
            new double[] {sorted[0], sorted[sorted.length / 2], sorted[sorted.length - 1]})
        .mapToObj(each -> String.format(Locale.ROOT, "%,.0f", each))
        .reduce((a, b) -> a + ", " + b)
        .orElseThrow();
  }

  private static double[] measure(Path root, String journal, int actors, int seconds)
      throws Exception {
    Path files = Files.createTempDirectory(root, "journal");
    try {
      Config config =
          ConfigFactory.parseString(
                  journal
                      + "\npekko.persistence.journal.durability.dir = \""
                      + files.resolve("d")
                      + "\"\npekko.persistence.journal.leveldb.dir = \""
                      + files.resolve("l")
                      + "\"\npekko.persistence.snapshot-store.plugin ="
                      + " pekko.persistence.no-snapshot-store"
                      + "\npekko.loglevel = OFF")
              .withFallback(ConfigFactory.load());
      Run writing = new Run(actors);
      ActorSystem system = ActorSystem.create("writes", config);
      List<ActorRef> all = start(system, actors, writing);
      writing.started.await();
      long start = System.nanoTime();
      writing.endNanos = start + TimeUnit.SECONDS.toNanos(seconds);
      all.forEach(each -> each.tell("go", ActorRef.noSender()));
      writing.stopped.await();
      double written = perSecond(writing.acknowledged.get(), start);
      Systems.stop(system);

      Run recovering = new Run(actors);
      ActorSystem again = ActorSystem.create("recovers", config);
      start = System.nanoTime();
      List<ActorRef> unused = start(again, actors, recovering);
      recovering.started.await();
      double recovered = perSecond(recovering.recovered.get(), start);
      Systems.stop(again);
      if (recovering.recovered.get() < writing.acknowledged.get()) {
        throw new IllegalStateException(
            writing.acknowledged.get()
                + " events were acknowledged, but only "
                + recovering.recovered.get()
                + " were recovered");
      }
      return new double[] {written, recovered};
    } finally {
      delete(files);
    }
  }

  private static List<ActorRef> start(ActorSystem system, int actors, Run run) {
    List<ActorRef> all = new ArrayList<>();
    for (int i = 0; i < actors; i++) {
      String id = "actor" + i;
      all.add(system.actorOf(Props.create(Writer.class, () -> new Writer(id, run))));
    }
    return all;
  }

  private static double perSecond(long count, long startNanos) {
    return count * 1e9 / (System.nanoTime() - startNanos);
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}

package dev.durability.pekko.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.durability.pekko.LogReadJournal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Props;
import org.apache.pekko.pattern.Patterns;
import org.apache.pekko.persistence.AbstractPersistentActor;
import org.apache.pekko.persistence.SnapshotOffer;
import org.apache.pekko.persistence.query.PersistenceQuery;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/pekko.md shows: its configuration and its program. */
class PekkoExampleTest {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @TempDir Path root;

  // begin:pekko-counter
  /** Counts. Each increment is an event; a snapshot replaces 1,000 of them. */
  static final class Counter extends AbstractPersistentActor {
    private int count;

    @Override
    public String persistenceId() {
      return "counter";
    }

    @Override
    public Receive createReceiveRecover() {
      return receiveBuilder()
          .match(Integer.class, by -> count += by)
          .match(SnapshotOffer.class, offer -> count = (Integer) offer.snapshot())
          .build();
    }

    @Override
    public Receive createReceive() {
      return receiveBuilder()
          .match(
              Integer.class,
              by ->
                  persist(
                      by,
                      event -> { // It survives power loss by now.
                        count += event;
                        getSender().tell(count, getSelf());
                        if (lastSequenceNr() % 1_000 == 0) {
                          saveSnapshot(count);
                          deleteMessages(lastSequenceNr());
                        }
                      }))
          .build();
    }
  }

  // end:pekko-counter

  private Config config() throws Exception {
    Path page = Path.of("").toAbsolutePath().resolveSibling("docs/pekko.md");
    String text = Files.readString(page);
    int start = text.indexOf("```hocon\n") + "```hocon\n".length();
    String block = text.substring(start, text.indexOf("```", start));
    assertThat(block).contains("/var/lib/app/");
    return ConfigFactory.parseString(block.replace("/var/lib/app/", root + "/"))
        .withFallback(ConfigFactory.parseString("pekko.loglevel = OFF"))
        .withFallback(ConfigFactory.load());
  }

  @Test
  void theCounterCountsOnAfterARestart() throws Exception {
    assertThat(count(1_500)).isEqualTo(1_500);
    assertThat(count(2)).isEqualTo(1_502);
    assertThat(root.resolve("journal/wal")).isDirectory();
    assertThat(root.resolve("snapshots")).isDirectory();
  }

  private int count(int times) throws Exception {
    ActorSystem system = ActorSystem.create("example", config());
    try {
      ActorRef counter = system.actorOf(Props.create(Counter.class, Counter::new));
      int count = 0;
      for (int i = 0; i < times; i++) {
        count =
            (Integer)
                Patterns.ask(counter, 1, PATIENCE).toCompletableFuture().get(300, TimeUnit.SECONDS);
      }
      AtomicInteger seen = new AtomicInteger();
      // begin:pekko-query
      LogReadJournal journal =
          PersistenceQuery.get(system)
              .getReadJournalFor(LogReadJournal.class, LogReadJournal.IDENTIFIER);
      var events = // All that are there, and each new one when it is acknowledged.
          journal
              .eventsByPersistenceId("counter", 1, Long.MAX_VALUE)
              .map(envelope -> (Integer) envelope.event());
      // end:pekko-query
      assertThat(events.take(2).runWith(Sink.foreach(seen::addAndGet), system))
          .succeedsWithin(PATIENCE);
      assertThat(seen).hasValue(2);
      return count;
    } finally {
      system.terminate();
      system.getWhenTerminated().toCompletableFuture().get(300, TimeUnit.SECONDS);
    }
  }
}

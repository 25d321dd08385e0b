package dev.durability.pekko;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import dev.durability.codec.Codecs;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.PoisonPill;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.PersistenceQuery;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.testkit.javadsl.TestKit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The plugins in an actor system, as programs use them. */
class PluginTest {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @TempDir Path root;

  private static ActorRef account(ActorSystem system, TestKit probe, String id) {
    return system.actorOf(Account.props(id, probe.getRef()));
  }

  private static void persist(TestKit probe, ActorRef account, String... texts) {
    for (String text : texts) {
      account.tell(text, probe.getRef());
      probe.expectMsgEquals(PATIENCE, "ok " + text);
    }
  }

  private static String recovered(ActorSystem system, TestKit probe, String id) {
    ActorRef account = account(system, probe, id);
    account.tell(Account.GET, probe.getRef());
    String texts = (String) probe.receiveOne(PATIENCE);
    stop(probe, account);
    return texts;
  }

  private static void stop(TestKit probe, ActorRef account) {
    probe.watch(account);
    account.tell(PoisonPill.getInstance(), probe.getRef());
    probe.expectTerminated(PATIENCE, account);
  }

  @Test
  void actorsRecoverInTheSameAndInANewSystem() throws Exception {
    ActorSystem system = Systems.start(root);
    try {
      TestKit probe = new TestKit(system);
      ActorRef account = account(system, probe, "a");
      persist(probe, account, "1", "2");
      account.tell(new Object[] {"3", "4"}, probe.getRef());
      probe.expectMsgEquals(PATIENCE, "ok 3");
      probe.expectMsgEquals(PATIENCE, "ok 4");
      stop(probe, account);
      assertThat(recovered(system, probe, "a")).isEqualTo("1,2,3,4");
    } finally {
      Systems.stop(system);
    }
    system = Systems.start(root);
    try {
      TestKit probe = new TestKit(system);
      assertThat(recovered(system, probe, "a")).isEqualTo("1,2,3,4");
      ActorRef account = account(system, probe, "a");
      account.tell(Account.SNAPSHOT, probe.getRef());
      probe.expectMsgEquals(PATIENCE, "saved");
      persist(probe, account, "5");
      stop(probe, account);
      assertThat(recovered(system, probe, "a")).isEqualTo("1,2,3,4,5");
    } finally {
      Systems.stop(system);
    }
  }

  @Test
  void whatCannotBeSerializedIsRejectedAndTheActorGoesOn() throws Exception {
    ActorSystem system = Systems.start(root);
    try {
      TestKit probe = new TestKit(system);
      ActorRef account = account(system, probe, "a");
      persist(probe, account, "1");
      account.tell(new AtomicInteger(1), probe.getRef());
      assertThat((String) probe.receiveOne(PATIENCE)).startsWith("rejected: ");
      account.tell("x".repeat(17 << 20), probe.getRef());
      probe.expectMsgEquals(PATIENCE, "rejected: IllegalArgumentException");
      persist(probe, account, "2");
      stop(probe, account);
      assertThat(recovered(system, probe, "a")).isEqualTo("1,2");
    } finally {
      Systems.stop(system);
    }
  }

  @Test
  void aDirectoryInUseFailsRecoveryWithTheReasonUntilItIsFree() throws Exception {
    ActorSystem first = Systems.start(root);
    ActorSystem second = Systems.start(root);
    try {
      TestKit probe = new TestKit(first);
      persist(probe, account(first, probe, "a"), "1");

      TestKit other = new TestKit(second);
      ActorRef unused = account(second, other, "b");
      other.expectMsgEquals(PATIENCE, "not recovered: LockHeldException");

      Systems.stop(first);
      assertThat(recovered(second, other, "a")).isEqualTo("1");
    } finally {
      Systems.stop(first);
      Systems.stop(second);
    }
  }

  @Test
  void systemsWithDirectoriesOfTheirOwnDoNotMeet() throws Exception {
    ActorSystem first = Systems.start(root.resolve("1"));
    ActorSystem second = Systems.start(root.resolve("2"));
    try {
      TestKit probe = new TestKit(first);
      TestKit other = new TestKit(second);
      persist(probe, account(first, probe, "a"), "1");
      persist(other, account(second, other, "a"), "2");
      assertThat(queries(first).currentPersistenceIds().runWith(Sink.seq(), first))
          .succeedsWithin(PATIENCE)
          .isEqualTo(List.of("a"));
      assertThat(events(second, "a")).containsExactly("a/1: 2");
    } finally {
      Systems.stop(first);
      Systems.stop(second);
    }
  }

  private static LogReadJournal queries(ActorSystem system) {
    return PersistenceQuery.get(system)
        .getReadJournalFor(LogReadJournal.class, LogReadJournal.IDENTIFIER);
  }

  private static List<String> events(ActorSystem system, String id) throws Exception {
    return queries(system)
        .currentEventsByPersistenceId(id, 0, Long.MAX_VALUE)
        .map(PluginTest::shown)
        .runWith(Sink.seq(), system)
        .toCompletableFuture()
        .get(300, TimeUnit.SECONDS);
  }

  private static String shown(EventEnvelope event) {
    return event.persistenceId() + "/" + event.sequenceNr() + ": " + event.event();
  }

  @Test
  void queriesGiveWhatIsThereAndWhatFollows() throws Exception {
    ActorSystem system = Systems.start(root);
    try {
      TestKit probe = new TestKit(system);
      assertThat(events(system, "a")).isEmpty(); // Also before the journal was used.
      ActorRef account = account(system, probe, "a");
      TestKit live = new TestKit(system);
      UniqueKillSwitch ofA =
          follow(
              system,
              live,
              queries(system).eventsByPersistenceId("a", 2, Long.MAX_VALUE).map(PluginTest::shown));
      TestKit liveIds = new TestKit(system);
      UniqueKillSwitch ofIds = follow(system, liveIds, queries(system).persistenceIds());
      persist(probe, account, "x", "y");
      live.expectMsgEquals(PATIENCE, "a/2: y");
      liveIds.expectMsgEquals(PATIENCE, "a");
      persist(probe, account(system, probe, "b"), "other");
      liveIds.expectMsgEquals(PATIENCE, "b");
      persist(probe, account, "z");
      live.expectMsgEquals(PATIENCE, "a/3: z");
      ofA.shutdown();
      ofIds.shutdown();
      live.expectMsgEquals(PATIENCE, "end");
      liveIds.expectMsgEquals(PATIENCE, "end");

      assertThat(events(system, "a")).containsExactly("a/1: x", "a/2: y", "a/3: z");
      // A stream with an end ends there.
      assertThat(
              queries(system)
                  .eventsByPersistenceId("a", 0, 2)
                  .map(PluginTest::shown)
                  .runWith(Sink.seq(), system))
          .succeedsWithin(PATIENCE)
          .isEqualTo(List.of("a/1: x", "a/2: y"));
      ScalaLogReadJournal scala =
          PersistenceQuery.get(system).readJournalFor(LogReadJournal.IDENTIFIER);
      assertThat(
              scala
                  .currentEventsByPersistenceId("b", 0, 9)
                  .asJava()
                  .map(PluginTest::shown)
                  .runWith(Sink.seq(), system))
          .succeedsWithin(PATIENCE)
          .isEqualTo(List.of("b/1: other"));
    } finally {
      Systems.stop(system);
    }
  }

  private static UniqueKillSwitch follow(
      ActorSystem system, TestKit probe, Source<String, ?> source) {
    return source
        .viaMat(KillSwitches.single(), Keep.right())
        .to(Sink.actorRef(probe.getRef(), "end"))
        .run(system);
  }

  @Test
  void queriesOverAnotherJournalAreRefused() throws Exception {
    ActorSystem system =
        ActorSystem.create(
            "test",
            ConfigFactory.parseString(
                    "pekko.persistence.query.journal.durability.write-plugin ="
                        + " pekko.persistence.journal.inmem")
                .withFallback(Systems.config(root)));
    try {
      assertThatThrownBy(() -> queries(system)).hasStackTraceContaining("set write-plugin");
    } finally {
      Systems.stop(system);
    }
  }

  @Test
  void aJournalInASectionOfItsOwnTakesTheOtherSettingsFromTheReference() throws Exception {
    Path mine = root.resolve("mine");
    ActorSystem system =
        ActorSystem.create(
            "test",
            ConfigFactory.parseString(
                    "my-journal { class = dev.durability.pekko.Journal, dir = \""
                        + mine
                        + "\" }\n"
                        + "pekko.persistence.journal.plugin = my-journal")
                .withFallback(Systems.config(root)));
    try {
      TestKit probe = new TestKit(system);
      persist(probe, account(system, probe, "a"), "1");
      assertThat(mine.resolve("wal")).isDirectory();
    } finally {
      Systems.stop(system);
    }
  }

  @Test
  void aSnapshotStoreInUseFailsLoading() throws Exception {
    FsDirectory snapshots = FsDirectory.open(root.resolve("snapshots"));
    ActorSystem system = Systems.start(root);
    try (DirectoryLock held = snapshots.lock("snapshots.lock")) {
      assertThat(held).isNotNull();
      TestKit probe = new TestKit(system);
      ActorRef unused = account(system, probe, "a");
      probe.expectMsgEquals(PATIENCE, "not recovered: LockHeldException");
    } finally {
      Systems.stop(system);
    }
  }

  @Test
  void aLogThatIsNoJournalFailsEachRecoveryWithTheReason() throws Exception {
    List<String> results = new ArrayList<>();
    try (WalWriter<String> log =
        WalWriter.open(
            FsDirectory.open(root.resolve("journal")), Codecs.utf8(), WalOptions.defaults())) {
      long unused = log.appendDurable("of another program");
    }
    ActorSystem system = Systems.start(root);
    try {
      TestKit probe = new TestKit(system);
      for (int i = 0; i < 2; i++) {
        ActorRef unused = account(system, probe, "a");
        results.add((String) probe.receiveOne(PATIENCE));
      }
    } finally {
      Systems.stop(system);
    }
    assertThat(results)
        .containsExactly("not recovered: SchemaException", "not recovered: SchemaException");
  }
}

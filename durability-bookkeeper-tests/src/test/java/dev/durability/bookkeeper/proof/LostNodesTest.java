package dev.durability.bookkeeper.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.bookkeeper.cluster.ClusterNode;
import dev.durability.bookkeeper.cluster.LocalCluster;
import dev.durability.bookkeeper.cluster.LocalClusterOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.bookkeeper.client.api.BookKeeper;
import org.apache.bookkeeper.client.api.LedgerMetadata;
import org.apache.bookkeeper.client.api.ListLedgersResult;
import org.apache.bookkeeper.conf.ClientConfiguration;
import org.apache.bookkeeper.net.BookieId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Bookies that die with their disks, and nodes of ZooKeeper that are gone for a while. */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "it has no signals")
final class LostNodesTest {
  private static final int ROUNDS = Math.max(1, Integer.getInteger("proof.rounds", 0));
  private static final long ENTRIES = 300;

  @TempDir private static Path directory;
  private static LocalCluster cluster;
  private static int lives;
  private static int roots;

  @BeforeAll
  static void startCluster() throws Exception {
    cluster =
        LocalCluster.start(
            directory, LocalClusterOptions.ofProcesses().bookieSession(Duration.ofSeconds(10)));
  }

  @AfterAll
  static void closeCluster() throws Exception {
    cluster.close();
  }

  /** The address of a log that is new. A slow machine does not lose the session of its writer. */
  private static String newLog() {
    return newLog("20s");
  }

  private static String newLog(String session) {
    return "bk://"
        + cluster.zooKeeperServers()
        + "/proof/nodes-"
        + ++roots
        + "?session="
        + session
        + "&takeOver=at-once";
  }

  private static WriterChild stream(String address) throws Exception {
    return WriterChild.start(address, ++lives, Scenario.STREAM, -1, "STOP");
  }

  /** Adds bookies until there are so many, or removes some with their disks. */
  private static void bookies(int count) throws Exception {
    while (cluster.bookies().size() < count) {
      cluster.addBookie();
    }
    while (cluster.bookies().size() > count) {
      ClusterNode surplus = cluster.bookies().get(0);
      surplus.stop();
      surplus.removeDisk();
    }
  }

  /** The bookie that is in most ensembles of ledgers that are being written. */
  private static ClusterNode busiestBookie() throws Exception {
    ClientConfiguration configuration = new ClientConfiguration();
    configuration.setMetadataServiceUri(cluster.metadataServiceUri());
    try (BookKeeper client = BookKeeper.newBuilder(configuration).build()) {
      while (true) { // Between two segments, there is none.
        Map<String, Integer> open = openLedgers(client);
        Optional<ClusterNode> busiest =
            cluster.bookies().stream()
                .filter(bookie -> open.containsKey(bookie.address()))
                .max(Comparator.comparing(bookie -> open.get(bookie.address())));
        if (busiest.isPresent()) {
          return busiest.get();
        }
      }
    }
  }

  private static Map<String, Integer> openLedgers(BookKeeper client) throws Exception {
    Map<String, Integer> open = new HashMap<>();
    try (ListLedgersResult ledgers = client.newListLedgersOp().execute().get()) {
      for (long id : ledgers.toIterable()) {
        try {
          LedgerMetadata ledger = client.getLedgerMetadata(id).get();
          if (!ledger.isClosed()) {
            for (BookieId each : ledger.getAllEnsembles().lastEntry().getValue()) {
              open.merge(each.toString(), 1, Integer::sum);
            }
          }
        } catch (ExecutionException deletedMeanwhile) {
          // It is not being written.
        }
      }
    }
    return open;
  }

  private static void killWithItsDisk(ClusterNode bookie) throws Exception {
    bookie.kill();
    bookie.removeDisk();
  }

  private static void goOn(String address, WriterChild dead, Tally tally) throws Exception {
    long start = System.nanoTime();
    try (Takeover taken = Takeover.of(address, ++lives)) {
      tally.takenOver(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
      tally.check(dead, taken.found());
      taken.end();
    }
  }

  /** The others registered stay so for 10 seconds: the dead one is still offered to new ledgers. */
  @Test
  void withFourBookiesTheDeathOfOneWithItsDiskBlocksNoWriting() throws Exception {
    Tally writing = new Tally("bookie of 4, writing");
    for (int round = 0; round < ROUNDS; round++) {
      bookies(4);
      String address = newLog();
      try (WriterChild writer = stream(address)) {
        assertThat(writer.awaitAcknowledged(ENTRIES)).as(writer.toString()).isTrue();
        writing.begins();
        killWithItsDisk(busiestBookie());
        assertThat(writer.awaitAcknowledged(ENTRIES)).as(writer.toString()).isTrue();
        writing.gap(writer.longestGapMillis());
        writer.kill();
        goOn(address, writer, writing);
      }
    }
    writing.report();
  }

  @Test
  @EnabledIfSystemProperty(
      named = "proof.rounds",
      matches = "[1-9]\\d*",
      disabledReason = "takes long, and runs with -Pproofs")
  void withFourBookiesTheDeathOfOneAndOfTheWriterBlocksNoOpening() throws Exception {
    Tally opening = new Tally("bookie of 4, opening");
    for (int round = 0; round < ROUNDS; round++) {
      bookies(4);
      String address = newLog();
      opening.begins();
      try (WriterChild second = stream(address)) {
        assertThat(second.awaitAcknowledged(ENTRIES)).as(second.toString()).isTrue();
        killWithItsDisk(busiestBookie());
        second.kill();
        goOn(address, second, opening);
      }
    }
    opening.report();
  }

  @Test
  @EnabledIfSystemProperty(
      named = "proof.rounds",
      matches = "[1-9]\\d*",
      disabledReason = "takes long, and runs with -Pproofs")
  void withThreeBookiesOpeningMayWaitForTheThirdAndSaysSoAndGoesOnByItself() throws Exception {
    Tally tally = new Tally("bookie of 3");
    for (int round = 0; round < ROUNDS; round++) {
      bookies(3);
      String address = newLog();
      try (WriterChild writer = stream(address)) {
        assertThat(writer.awaitAcknowledged(ENTRIES)).as(writer.toString()).isTrue();
        tally.begins();
        killWithItsDisk(busiestBookie());
        writer.kill();
        long start = System.nanoTime();
        try (WriterChild next = WriterChild.start(address, ++lives, Scenario.APPEND, -1, "STOP")) {
          assertThat(next.awaitWarning("bookie")).as(next.toString()).isTrue();
          cluster.addBookie();
          next.awaitEnd();
          assertThat(next.end()).as(next.toString()).isEqualTo("done");
          tally.takenOver(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
          try (Takeover taken = Takeover.of(address, ++lives)) {
            tally.check(writer, taken.found());
            tally.check(next, taken.found());
            taken.end();
          }
        }
      }
    }
    tally.report();
  }

  @Test
  @EnabledIfSystemProperty(
      named = "proof.rounds",
      matches = "[1-9]\\d*",
      disabledReason = "takes long, and runs with -Pproofs")
  void withThreeBookiesWritingWaitsForTheThirdAndGoesOnByItself() throws Exception {
    Tally tally = new Tally("bookie of 3, writing");
    for (int round = 0; round < ROUNDS; round++) {
      bookies(3);
      String address = newLog();
      try (WriterChild writer = stream(address)) {
        assertThat(writer.awaitAcknowledged(ENTRIES)).as(writer.toString()).isTrue();
        tally.begins();
        killWithItsDisk(busiestBookie());
        assertThat(writer.awaitWarning("bookie")).as(writer.toString()).isTrue();
        cluster.addBookie();
        assertThat(writer.awaitAcknowledged(ENTRIES)).as(writer.toString()).isTrue();
        tally.gap(writer.longestGapMillis());
        writer.kill();
        goOn(address, writer, tally);
      }
    }
    tally.report();
  }

  /** Two of three are killed, keep their disks, and are started again. */
  @Test
  @EnabledIfSystemProperty(
      named = "proof.rounds",
      matches = "[1-9]\\d*",
      disabledReason = "takes long, and runs with -Pproofs")
  void aQuorumOfBookiesThatIsGoneAndComesBackLosesNothing() throws Exception {
    Tally tally = new Tally("two bookies of 3 gone");
    for (int round = 0; round < ROUNDS; round++) {
      bookies(3);
      String address = newLog();
      try (WriterChild writer = stream(address)) {
        assertThat(writer.awaitAcknowledged(ENTRIES)).as(writer.toString()).isTrue();
        tally.begins();
        List<ClusterNode> gone = cluster.bookies().subList(0, 2);
        for (ClusterNode each : gone) {
          each.kill();
        }
        assertThat(writer.awaitWarning("bookie")).as(writer.toString()).isTrue();
        for (ClusterNode each : gone) {
          each.start();
        }
        assertThat(writer.awaitAcknowledged(ENTRIES)).as(writer.toString()).isTrue();
        tally.gap(writer.longestGapMillis());
        writer.kill();
        goOn(address, writer, tally);
      }
    }
    tally.report();
  }

  @Test
  @EnabledIfSystemProperty(
      named = "proof.rounds",
      matches = "[1-9]\\d*",
      disabledReason = "takes long, and runs with -Pproofs")
  void aMajorityOfZooKeeperThatIsGoneAndComesBackLosesNothing() throws Exception {
    Tally tally = new Tally("ZooKeeper gone");
    for (int round = 0; round < ROUNDS; round++) {
      bookies(4);
      String address = newLog("4s");
      try (WriterChild writer = stream(address)) {
        assertThat(writer.awaitAcknowledged(ENTRIES)).as(writer.toString()).isTrue();
        tally.begins();
        List<ClusterNode> gone = cluster.zooKeepers().subList(0, 2);
        for (ClusterNode each : gone) {
          each.kill();
        }
        // As far as it comes: the next segment needs a name.
        long before = writer.acknowledged();
        TimeUnit.SECONDS.sleep(round % 2 == 0 ? 1 : 8);
        assertThat(writer.acknowledged()).isGreaterThanOrEqualTo(before);
        for (ClusterNode each : gone) {
          each.start();
        }
        // It goes on, or says that it cannot: it may have lost its session.
        boolean goesOn = writer.awaitAcknowledged(ENTRIES);
        assertThat(goesOn || writer.end().startsWith("failed ")).as(writer.toString()).isTrue();
        tally.gap(writer.longestGapMillis());
        writer.kill();
        goOn(address, writer, tally);
      }
    }
    tally.report();
  }

  @Test
  @EnabledIfSystemProperty(
      named = "proof.rounds",
      matches = "[1-9]\\d*",
      disabledReason = "takes long, and runs with -Pproofs")
  void ofTwoThatOpenAtOnceOneGoesOnAndNothingIsAcknowledgedInVain() throws Exception {
    Tally tally = new Tally("two at once");
    for (int round = 0; round < ROUNDS; round++) {
      bookies(4);
      String address = newLog();
      try (WriterChild one = stream(address);
          WriterChild other = stream(address)) {
        tally.begins();
        boolean oneOpened = one.awaitOpened();
        boolean otherOpened = other.awaitOpened();
        assertThat(oneOpened || otherOpened).as(one + "; " + other).isTrue();
        boolean oneGoesOn = one.awaitAcknowledged(ENTRIES);
        boolean otherGoesOn = other.awaitAcknowledged(ENTRIES);
        assertThat(oneGoesOn ^ otherGoesOn).as(one + "; " + other).isTrue();
        one.kill();
        other.kill();
        try (Takeover taken = Takeover.of(address, ++lives)) {
          tally.check(one, taken.found());
          tally.check(other, taken.found());
          taken.end();
        }
      }
    }
    tally.report();
  }
}

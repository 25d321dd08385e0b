package dev.durability.pekko;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.testkit.javadsl.TestKit;

/**
 * A process with actors that persist until it is killed. It prints each event that was acknowledged
 * as {@code actor event}.
 */
final class KilledProcess {
  private static final int ACTORS = 8;

  private KilledProcess() {}

  /** Runs; the argument is where the files are. */
  public static void main(String[] args) throws IOException {
    Thread parent = new Thread(KilledProcess::endWithTheParent);
    parent.setDaemon(true);
    parent.start();
    ActorSystem system = Systems.start(Path.of(args[0]));
    TestKit probe = new TestKit(system);
    List<ActorRef> accounts = new ArrayList<>();
    for (int i = 0; i < ACTORS; i++) {
      accounts.add(system.actorOf(Account.props("actor" + i, probe.getRef()), "actor" + i));
    }
    String life = args[1];
    for (int number = 0; ; number++) {
      for (ActorRef each : accounts) {
        each.tell(life + "." + number, probe.getRef());
      }
      if (number % 50 == 49) {
        accounts.get(number / 50 % ACTORS).tell(Account.SNAPSHOT, probe.getRef());
      }
      for (int left = ACTORS; left > 0; ) {
        String answer = (String) probe.receiveOne(Duration.ofMinutes(5));
        if (answer.startsWith("ok ")) {
          System.out.println(probe.getLastSender().path().name() + " " + answer.substring(3));
          left--;
        }
      }
      System.out.flush();
    }
  }

  private static void endWithTheParent() {
    try {
      while (System.in.read() >= 0) {
        // Nothing is sent.
      }
    } catch (IOException e) {
      // The parent has gone.
    }
    Runtime.getRuntime().halt(1);
  }
}

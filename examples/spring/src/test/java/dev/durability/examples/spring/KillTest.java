package dev.durability.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The application is killed while clients book, and started again: whoever was told that a seat is
 * theirs has it.
 */
final class KillTest {
  private static final int CLIENTS = 8;

  @TempDir Path temp;

  /** What clients were told: the owner of each seat. */
  private final Map<String, String> told = new ConcurrentHashMap<>();

  /** What clients asked for, and by whom. */
  private final Queue<String> asked = new ConcurrentLinkedQueue<>();

  private final Queue<String> contradictions = new ConcurrentLinkedQueue<>();

  @Test
  void everyBookingThatWasAcknowledgedIsThereAfterTheKill() throws Exception {
    int kills = Integer.getInteger("spring.kills", 3);
    long seed = Long.getLong("spring.seed", 1);
    Random random = new Random(seed);
    Path directory = temp.resolve("seats");
    for (int kill = 0; kill < kills; kill++) {
      SeatsProcess application = SeatsProcess.ofClasses(directory);
      check(application.seats(), "seed=" + seed + " kill=" + kill);
      bookUntilKilled(application, kill, 100 + random.nextInt(400));
    }
    try (SeatsProcess application = SeatsProcess.ofClasses(directory)) {
      check(application.seats(), "seed=" + seed + " at the end");
      assertThat(application.send("GET", "/actuator/health").body())
          .contains("\"durability\":{", "\"status\":\"UP\"", "\"poisoned\":false");
      assertThat(application.send("GET", "/actuator/prometheus").body())
          .contains("durability_state_applied_id{log=\"seats\"}");
    }
    System.out.printf(
        "%d kills, %d requests, %d seats taken, none lost%n", kills, asked.size(), told.size());
  }

  @Test
  void aSecondApplicationOnTheDirectorySaysWhoHasIt() throws Exception {
    Path directory = temp.resolve("seats");
    try (SeatsProcess first = SeatsProcess.ofClasses(directory)) {
      assertThat(first.book("1", "Ada").statusCode()).isEqualTo(200);

      assertThat(SeatsProcess.failing(directory))
          .contains("APPLICATION FAILED TO START", "another process holds it", "one writer");

      assertThat(first.book("2", "Ada").statusCode()).isEqualTo(200);
    }
  }

  /** All clients book, each seat is asked for by two of them, until one dies with the server. */
  private void bookUntilKilled(SeatsProcess application, int kill, int acknowledgements)
      throws InterruptedException {
    CountDownLatch enough = new CountDownLatch(acknowledgements);
    List<Thread> clients = new ArrayList<>();
    for (int client = 0; client < CLIENTS; client++) {
      String name = "client " + client;
      String row = "row" + kill + "-" + client / 2;
      Thread thread =
          new Thread(
              () -> {
                try {
                  for (int seat = 0; ; seat++) {
                    book(application, row + "-" + seat, name);
                    enough.countDown();
                  }
                } catch (IOException killed) {
                  // Nobody knows what became of the last request.
                }
              });
      thread.start();
      clients.add(thread);
    }
    enough.await();
    application.kill(); // In the middle of what the clients ask.
    for (Thread client : clients) {
      client.join();
    }
  }

  private void book(SeatsProcess application, String seat, String name) throws IOException {
    asked.add(seat + "=" + name);
    HttpResponse<String> answer = application.book(seat, name);
    String owner = answer.body();
    boolean expected = answer.statusCode() == (owner.equals(name) ? 200 : 409);
    String before = told.putIfAbsent(seat, owner);
    if (!expected || (before != null && !before.equals(owner))) {
      contradictions.add(seat + ": " + answer.statusCode() + " " + owner + ", before " + before);
    }
  }

  private void check(Map<String, String> seats, String when) {
    assertThat(contradictions).as(when).isEmpty();
    assertThat(seats).as("what was acknowledged, %s", when).containsAllEntriesOf(told);
    seats.forEach(
        (seat, name) ->
            assertThat(asked).as("somebody asked, %s", when).contains(seat + "=" + name));
    told.putAll(seats); // What was seen once stays, too.
  }
}

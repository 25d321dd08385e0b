package dev.durability.spring.boot.starter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.DurableState;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.context.ConfigurableApplicationContext;

/** An application with a web server and the actuator, over HTTP. */
final class WebApplicationTest {
  private static final String LIVENESS = "management.endpoint.health.group.liveness.include=";

  @TempDir Path temp;

  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void metricsAndHealthAreAtTheUsualPlace() throws Exception {
    try (ConfigurableApplicationContext application = start()) {
      post(application, "/add/40");
      assertThat(post(application, "/add/2").body()).isEqualTo("2");
      assertThat(get(application, "/sum").body()).isEqualTo("42");

      assertThat(get(application, "/actuator/prometheus").body())
          .contains("durability_wal_append_entries_total{log=\"sums\"} 2.0")
          .contains("durability_state_applied_id{log=\"sums\"} 2.0")
          .contains("durability_wal_sync_seconds_count");
      HttpResponse<String> health = get(application, "/actuator/health");
      assertThat(health.statusCode()).isEqualTo(200);
      assertThat(component(health, "status")).isEqualTo("UP");
      assertThat(details(health))
          .containsEntry("appliedId", 2)
          .containsEntry("durableId", 2)
          .containsEntry("checkpointId", 0)
          .containsEntry("poisoned", false)
          .containsEntry("lockLost", false)
          .containsKeys("diskFree", "diskTotal", "segments", "pendingAppends");
      assertThat(get(application, "/actuator/health/liveness").statusCode()).isEqualTo(200);
    }
    try (ConfigurableApplicationContext again = start()) {
      assertThat(get(again, "/sum").body()).isEqualTo("42");
      assertThat(details(get(again, "/actuator/health"))).containsEntry("checkpointId", 2);
    }
  }

  @Test
  void aLostLockIsDownAndEndsTheLiveness() throws Exception {
    try (ConfigurableApplicationContext application = start()) {
      Files.delete(temp.resolve("sums/wal/.lock"));

      assertThat(post(application, "/add/1").statusCode()).isEqualTo(500);

      HttpResponse<String> health = get(application, "/actuator/health");
      assertThat(health.statusCode()).isEqualTo(503);
      assertThat(component(health, "status")).isEqualTo("DOWN");
      assertThat(details(health))
          .containsEntry("poisoned", true)
          .containsEntry("lockLost", true)
          .containsKey("failure");
      assertThat(get(application, "/actuator/health/liveness").statusCode()).isEqualTo(503);
      assertThat(get(application, "/actuator/health/readiness").statusCode()).isEqualTo(200);
      assertThat(get(application, "/sum").body()).isEqualTo("0");
    }
  }

  @Test
  void aRequestThatIsUnderWayIsAnsweredBeforeTheLogIsClosed() throws Exception {
    ConfigurableApplicationContext application =
        start("spring.lifecycle.timeout-per-shutdown-phase=10m"); // A slow machine needs its time.
    Counters.Adding adding = application.getBean(Counters.Adding.class);
    URI sum = uri(application, "/sum");
    CompletableFuture<HttpResponse<String>> underWay =
        client.sendAsync(
            HttpRequest.newBuilder(uri(application, "/add-slowly/5"))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.ofString());
    adding.entered.await();

    Thread closing = new Thread(application::close, "closing");
    closing.start();
    awaitRefused(sum);
    assertThat(closing.isAlive()).isTrue();
    adding.released.countDown();

    assertThat(underWay.get().statusCode()).isEqualTo(200);
    assertThat(underWay.get().body()).isEqualTo("1");
    closing.join();
    try (ConfigurableApplicationContext again = start()) {
      assertThat(get(again, "/sum").body()).isEqualTo("5");
    }
  }

  @Test
  void aRequestThatComesAfterClosingBeganIsRefusedAndNotHalfDone() throws Exception {
    ConfigurableApplicationContext application = start("server.shutdown=immediate");
    DurableState<?, ?> state = application.getBean(DurableState.class);
    Counters.Adding adding = application.getBean(Counters.Adding.class);
    application.close();

    assertThatThrownBy(() -> adding.add(1)).isInstanceOf(IOException.class);
    assertThat(state.lastAppliedId()).isZero();
  }

  @Test
  void theHealthCanBeSwitchedOff() throws Exception {
    try (ConfigurableApplicationContext application =
        start("management.health.durability.enabled=false", LIVENESS + "livenessState")) {
      assertThat(get(application, "/actuator/health").body())
          .contains("\"diskSpace\"")
          .doesNotContain("\"durability\":");
    }
  }

  private ConfigurableApplicationContext start(String... more) {
    Map<String, String> arguments = new LinkedHashMap<>(); // One given twice would be a list.
    for (String each :
        List.of(
            "server.port=0",
            "server.address=127.0.0.1",
            "durability.directory=" + temp.resolve("sums"),
            "management.endpoints.web.exposure.include=health,prometheus",
            "management.endpoint.health.show-details=always",
            "management.endpoint.health.probes.enabled=true",
            LIVENESS + "livenessState,durability",
            "logging.level.root=error",
            "spring.main.banner-mode=off")) {
      arguments.put(each.substring(0, each.indexOf('=')), "--" + each);
    }
    for (String each : more) {
      arguments.put(each.substring(0, each.indexOf('=')), "--" + each);
    }
    return SpringApplication.run(Counters.class, arguments.values().toArray(String[]::new));
  }

  private static URI uri(ConfigurableApplicationContext application, String path) {
    String port = application.getEnvironment().getRequiredProperty("local.server.port");
    return URI.create("http://127.0.0.1:" + port + path);
  }

  private HttpResponse<String> get(ConfigurableApplicationContext application, String path)
      throws Exception {
    return client.send(
        HttpRequest.newBuilder(uri(application, path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> post(ConfigurableApplicationContext application, String path)
      throws Exception {
    return client.send(
        HttpRequest.newBuilder(uri(application, path))
            .POST(HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** Until the server takes no new connections. Each attempt is one of its own. */
  private static void awaitRefused(URI uri) throws Exception {
    while (true) {
      try {
        HttpResponse<Void> unused =
            HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding());
      } catch (ConnectException refused) {
        return;
      } catch (IOException other) {
        // The connection was taken and dropped: not yet.
      }
    }
  }

  private static Object component(HttpResponse<String> health, String key) {
    Map<?, ?> components =
        (Map<?, ?>) JsonParserFactory.getJsonParser().parseMap(health.body()).get("components");
    return ((Map<?, ?>) components.get("durability")).get(key);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> details(HttpResponse<String> health) {
    return (Map<String, Object>) component(health, "details");
  }
}

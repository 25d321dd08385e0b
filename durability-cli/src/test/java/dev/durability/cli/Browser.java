package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A headless Chromium with one page, driven by the DevTools protocol. */
final class Browser implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long WAIT_SECONDS = 300;

  private final Process process;
  private final WebSocket socket;
  private final Map<Integer, CompletableFuture<JsonNode>> calls = new ConcurrentHashMap<>();
  private final List<JsonNode> events = new CopyOnWriteArrayList<>();
  private final StringBuilder message = new StringBuilder();
  private final String session;
  private int lastCall;

  private Browser(Process process, String address) {
    this.process = process;
    this.socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(URI.create(address), new Listener())
            .join();
    String target =
        call("Target.createTarget", Map.of("url", "about:blank"), "").path("targetId").asText();
    this.session =
        call("Target.attachToTarget", Map.of("targetId", target, "flatten", true), "")
            .path("sessionId")
            .asText();
  }

  /** The program, if it is on the path. */
  static Optional<Path> program() {
    return Stream.of("chromium", "chromium-browser", "google-chrome")
        .flatMap(
            name ->
                Stream.of(System.getenv("PATH").split(File.pathSeparator))
                    .map(directory -> Path.of(directory, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Starts it with an empty profile in a directory. */
  static Browser start(Path program, Path directory) throws IOException, InterruptedException {
    Path profile = Files.createDirectory(directory.resolve("profile"));
    Process process =
        new ProcessBuilder(
                program.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                "--allow-pre-commit-input", // Without it keys before the first frame are dropped.
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("chromium.txt").toFile())
            .start();
    Path port = profile.resolve("DevToolsActivePort");
    List<String> lines = List.of();
    while (lines.size() < 2) {
      assertThat(process.isAlive())
          .as("chromium: %s", Files.readString(directory.resolve("chromium.txt")))
          .isTrue();
      Thread.sleep(20);
      lines = Files.exists(port) ? Files.readAllLines(port) : lines;
    }
    return new Browser(process, "ws://127.0.0.1:" + lines.get(0) + lines.get(1));
  }

  /** Collects what the other side says. */
  private final class Listener implements WebSocket.Listener {
    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean isLast) {
      message.append(data);
      if (isLast) {
        take(message.toString());
        message.setLength(0);
      }
      from.request(1);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void onError(WebSocket from, Throwable failure) {
      calls.values().forEach(each -> each.completeExceptionally(failure));
    }
  }

  private void take(String text) {
    JsonNode json;
    try {
      json = JSON.readTree(text);
    } catch (IOException e) {
      throw new IllegalStateException(text, e);
    }
    CompletableFuture<JsonNode> call = calls.remove(json.path("id").asInt(-1));
    if (call == null) {
      events.add(json);
    } else if (json.has("error")) {
      call.completeExceptionally(new IllegalStateException(text));
    } else {
      call.complete(json.path("result"));
    }
  }

  /** Calls a method of the page. */
  JsonNode call(String method, Map<String, ?> parameters) {
    return call(method, parameters, session);
  }

  private JsonNode call(String method, Map<String, ?> parameters, String sessionId) {
    CompletableFuture<JsonNode> result = new CompletableFuture<>();
    int id = ++lastCall;
    calls.put(id, result);
    try {
      var request = JSON.createObjectNode().put("id", id).put("method", method);
      request.set("params", JSON.valueToTree(parameters));
      if (!sessionId.isEmpty()) {
        request.put("sessionId", sessionId);
      }
      socket.sendText(JSON.writeValueAsString(request), true).join();
      return result.get(WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(method + " " + parameters, e);
    }
  }

  /** The events of a kind until now. */
  List<JsonNode> events(String method) {
    List<JsonNode> found = new ArrayList<>();
    for (JsonNode each : events) {
      if (each.path("method").asText().equals(method)) {
        found.add(each.path("params"));
      }
    }
    return found;
  }

  /** Forgets the events until now. */
  void forget() {
    events.clear();
  }

  /** Opens a file, and waits until it is loaded. */
  void open(Path file) throws InterruptedException {
    for (String domain : List.of("Page", "Network", "Runtime", "Log")) {
      call(domain + ".enable", Map.of());
    }
    call("Page.setLifecycleEventsEnabled", Map.of("enabled", true));
    String loader =
        call("Page.navigate", Map.of("url", file.toUri().toString())).path("loaderId").asText();
    while (!isLoaded(loader)) {
      Thread.sleep(20);
    }
  }

  /** Whether that document is loaded: the one before may say so late. */
  private boolean isLoaded(String loader) {
    return events("Page.lifecycleEvent").stream()
        .anyMatch(
            each ->
                each.path("name").asText().equals("load")
                    && each.path("loaderId").asText().equals(loader));
  }

  /** What an expression of JavaScript gives, once it is settled. */
  JsonNode evaluate(String expression) {
    JsonNode result =
        call(
            "Runtime.evaluate",
            Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
    assertThat(result.has("exceptionDetails")).as("%s: %s", expression, result).isFalse();
    return result.path("result").path("value");
  }

  String text(String expression) {
    return evaluate(expression).asText();
  }

  /** Presses a key, and lets it go. */
  void press(String key, int code, String text) {
    for (String type : List.of(text.isEmpty() ? "rawKeyDown" : "keyDown", "keyUp")) {
      call(
          "Input.dispatchKeyEvent",
          Map.of(
              "type",
              type,
              "key",
              key,
              "code",
              key,
              "windowsVirtualKeyCode",
              code,
              "text",
              type.equals("keyUp") ? "" : text));
    }
  }

  void pressTab() {
    press("Tab", 9, "");
  }

  void pressEnter() {
    press("Enter", 13, "\r");
  }

  /** Types into what has the focus. */
  void type(String text) {
    call("Input.insertText", Map.of("text", text));
  }

  /** Clicks into the middle of the first element that a selector finds. */
  void click(String selector) {
    JsonNode at =
        evaluate(
            "(() => { const e = document.querySelector("
                + JSON.valueToTree(selector)
                + "); e.scrollIntoView({block: 'center', behavior: 'instant'});"
                + " const r = e.getBoundingClientRect();"
                + " return [r.left + Math.min(10, r.width / 2), r.top + r.height / 2]; })()");
    for (String type : List.of("mousePressed", "mouseReleased")) {
      call(
          "Input.dispatchMouseEvent",
          Map.of(
              "type",
              type,
              "x",
              at.get(0).asDouble(),
              "y",
              at.get(1).asDouble(),
              "button",
              "left",
              "clickCount",
              1));
    }
  }

  @Override
  public void close() {
    socket.abort();
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly().onExit().join();
    children.forEach(ProcessHandle::destroyForcibly);
    for (ProcessHandle each : children) {
      each.onExit().join(); // Then nobody writes into the profile any more.
    }
  }
}

package dev.durability.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The application as a process of its own, and its clients. */
final class SeatsProcess implements AutoCloseable {
  private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");
  private static final int SECONDS_MAX = 120;

  private final HttpClient client = HttpClient.newHttpClient();
  private final Process process;
  private final Thread reader;
  private final URI address;

  private SeatsProcess(Process process) throws IOException {
    this.process = process;
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    StringBuilder said = new StringBuilder();
    String port = null;
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      said.append(line).append('\n');
      Matcher started = PORT.matcher(line);
      if (started.find()) {
        port = started.group(1);
        break;
      }
    }
    assertThat(port).as("the port in:%n%s", said).isNotNull();
    this.address = URI.create("http://127.0.0.1:" + port);
    this.reader = new Thread(() -> readToTheEnd(output), "output");
    this.reader.setDaemon(true);
    this.reader.start(); // Otherwise the process would wait once the pipe is full.
  }

  private static void readToTheEnd(BufferedReader output) {
    try {
      output.lines().forEach(line -> {});
    } catch (UncheckedIOException killed) {
      // There is nothing more to read.
    }
  }

  /** Starts the application from the classes of this build. */
  static SeatsProcess ofClasses(Path directory) throws IOException {
    return start(ofClasses(), directory);
  }

  private static List<String> ofClasses() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-Xmx256m",
        "-cp",
        System.getProperty("java.class.path"),
        SeatsApplication.class.getName());
  }

  /** Starts the application with the command of the page. */
  static SeatsProcess ofScript(Path script, Path directory) throws IOException {
    return start(List.of(script.toString()), directory);
  }

  /** What an application says that cannot start. */
  static String failing(Path directory) throws IOException, InterruptedException {
    Process process = process(ofClasses(), directory);
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isEqualTo(1);
    return said;
  }

  private static SeatsProcess start(List<String> program, Path directory) throws IOException {
    Process process = process(program, directory);
    try {
      return new SeatsProcess(process);
    } catch (IOException | RuntimeException | Error e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static Process process(List<String> program, Path directory) throws IOException {
    List<String> command = new ArrayList<>(program);
    command.add("--server.port=0");
    command.add("--server.address=127.0.0.1");
    command.add("--durability.directory=" + directory);
    command.add("--durability.checkpoint.every-entries=200"); // So that kills meet checkpoints.
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    String home = System.getProperty("java.home");
    builder.environment().put("JAVA_HOME", home);
    builder.environment().merge("PATH", home + "/bin:", (path, bin) -> bin + path);
    return builder.start();
  }

  /** What the server answers. IOException if it dies meanwhile: then nobody knows. */
  HttpResponse<String> send(String method, String path) throws IOException {
    try {
      return client.send(
          HttpRequest.newBuilder(address.resolve(path))
              .method(method, HttpRequest.BodyPublishers.noBody())
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  HttpResponse<String> book(String seat, String name) throws IOException {
    return send(
        "POST", "/seats/" + seat + "?name=" + URLEncoder.encode(name, StandardCharsets.UTF_8));
  }

  /** All seats that are taken, with their names. */
  Map<String, String> seats() throws IOException {
    Map<String, String> seats = new TreeMap<>();
    Matcher each =
        Pattern.compile("\"([\\w-]+)\":\"([\\w ]+)\"").matcher(send("GET", "/seats").body());
    while (each.find()) {
      seats.put(each.group(1), each.group(2));
    }
    return seats;
  }

  /** SIGKILL: no code of the process runs any more. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    assertThat(process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(128 + 9);
  }

  /** SIGTERM, as an operator ends it. */
  @Override
  public void close() {
    process.destroy();
    try {
      assertThat(process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
      reader.join();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw new AssertionError(e);
    }
  }
}

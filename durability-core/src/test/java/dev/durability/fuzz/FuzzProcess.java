package dev.durability.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Jazzer, in a process of its own, on one target: it mutates inputs and keeps those that reach
 * branches which none before did.
 *
 * @param status 0 if it found nothing
 * @param executions how many inputs it ran
 * @param output what it printed, findings with the input in hex
 */
public record FuzzProcess(int status, long executions, String output) {
  private static final Pattern EXECUTIONS =
      Pattern.compile("stat::number_of_executed_units: *(\\d+)");

  private static final long SOAK_SECONDS = Long.getLong("durability.soak.minutes", 0) * 60;

  /** So that each build tries the same inputs. A soak draws a seed: zero says so. */
  private static final int SEED = SOAK_SECONDS > 0 ? 0 : 1;

  /** A process has one thread that fuzzes. */
  private static final int AT_ONCE = Runtime.getRuntime().availableProcessors();

  /**
   * Fuzzes targets, as many at once as there are processors, and prints how many inputs each was
   * given. Ends the test if the machine has no native library for the fuzzer.
   *
   * @param targets the classes, and for each of them the inputs to start from
   * @param instrumented the classes whose branches count, as the fuzzer takes them
   * @param seconds for how long each of them
   * @param share how many targets share the time of a soak
   * @throws AssertionError if one finds something; says what, with the input in hex
   */
  public static void expectNothing(
      Map<Class<?>, List<byte[]>> targets, String instrumented, long seconds, int share)
      throws Exception {
    long each = Math.max(seconds, SOAK_SECONDS * Math.min(AT_ONCE, targets.size()) / share);
    ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    try {
      Map<Class<?>, Future<FuzzProcess>> all = new LinkedHashMap<>();
      targets.forEach(
          (target, inputs) ->
              all.put(
                  target,
                  threads.submit(() -> run(target, instrumented, inputs, each, place(target)))));
      for (Map.Entry<Class<?>, Future<FuzzProcess>> one : all.entrySet()) {
        one.getValue().get().expectNothing(one.getKey(), each);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static Path place(Class<?> target) throws IOException {
    return Files.createDirectories(Path.of("target", "fuzz", target.getSimpleName()));
  }

  private void expectNothing(Class<?> target, long seconds) throws IOException {
    String reason = "skipped: the fuzzer has no native library for this machine";
    if (output.contains("UnsatisfiedLinkError")) {
      System.out.println(target.getSimpleName() + " " + reason);
      abort(reason);
    }
    System.out.println(target.getSimpleName() + ": " + executions + " inputs in " + seconds + " s");
    assertThat(status).as(finding(place(target))).isZero();
    assertThat(executions).isPositive();
  }

  /**
   * Fuzzes a target.
   *
   * @param target its class
   * @param instrumented the classes whose branches count, as the fuzzer takes them
   * @param corpus the inputs to start from
   * @param seconds for how long
   * @param place where inputs that reached something new, and findings, are kept
   */
  private static FuzzProcess run(
      Class<?> target, String instrumented, List<byte[]> corpus, long seconds, Path place)
      throws IOException, InterruptedException {
    Path inputs = Files.createDirectories(place.resolve("corpus"));
    for (int i = 0; i < corpus.size(); i++) {
      Files.write(inputs.resolve("seed-" + i), corpus.get(i));
    }
    Path output = place.resolve("output");
    Process process =
        new ProcessBuilder(command(target, instrumented, seconds, inputs))
            .directory(place.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      int status = process.waitFor();
      String printed = Files.readString(output, UTF_8);
      Matcher executions = EXECUTIONS.matcher(printed);
      return new FuzzProcess(
          status, executions.find() ? Long.parseLong(executions.group(1)) : 0, printed);
    } finally {
      process.destroyForcibly();
    }
  }

  private static List<String> command(
      Class<?> target, String instrumented, long seconds, Path inputs) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(List.of("-Xmx300m", "-XX:+EnableDynamicAgentLoading"));
    if (Runtime.version().feature() > 21) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("com.code_intelligence.jazzer.Jazzer");
    command.add("--target_class=" + target.getName());
    command.add("--instrumentation_includes=" + instrumented);
    command.addAll(List.of("-max_total_time=" + seconds, "-seed=" + SEED));
    command.addAll(List.of("-timeout=20", "-max_len=1500"));
    command.addAll(List.of("-print_final_stats=1", inputs.toAbsolutePath().toString()));
    return command;
  }

  /** What a failure needs to be told; the input as a line for the corpus. */
  private String finding(Path place) throws IOException {
    StringBuilder told = new StringBuilder();
    try (var files = Files.newDirectoryStream(place, "{crash,timeout,oom}-*")) {
      for (Path file : files) {
        String hex = HexFormat.of().formatHex(Files.readAllBytes(file));
        told.append(file.getFileName()).append(": input=").append(hex).append('\n');
      }
    }
    int from = Math.max(output.indexOf("== Java Exception"), output.length() - 6000);
    return told.append(output.substring(Math.max(0, from))).toString();
  }
}

package dev.durability.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.DirectoryStream;
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

  /** Of a build. A soak draws one: zero says so. */
  private static final int SEED = SOAK_SECONDS > 0 ? 0 : 1;

  /** A process has one thread that fuzzes. */
  private static final int AT_ONCE = Runtime.getRuntime().availableProcessors();

  /**
   * What is fuzzed.
   *
   * @param fuzz the class
   * @param corpus the inputs to start from
   * @param runs how many inputs a build runs, those of the corpus included; a soak has a time
   */
  public record Target(Class<?> fuzz, List<byte[]> corpus, int runs) {
    private String name() {
      return fuzz.getSimpleName();
    }

    private Path place() {
      return Path.of("target", "fuzz", name());
    }
  }

  /**
   * Fuzzes targets, as many at once as there are processors, and prints how many inputs each was
   * given. Ends the test if the machine has no native library for the fuzzer.
   *
   * @param targets what to fuzz
   * @param instrumented the classes whose branches count, as the fuzzer takes them
   * @param share how many targets share the time of a soak
   * @throws AssertionError if one finds something; says what, with the input in hex
   */
  public static void expectNothing(List<Target> targets, String instrumented, int share)
      throws Exception {
    long soakSeconds = SOAK_SECONDS * Math.min(AT_ONCE, targets.size()) / share;
    ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    try {
      Map<Target, Future<FuzzProcess>> all = new LinkedHashMap<>();
      for (Target target : targets) {
        String end = SOAK_SECONDS > 0 ? "-max_total_time=" + soakSeconds : "-runs=" + target.runs();
        all.put(target, threads.submit(() -> run(target, instrumented, end)));
      }
      for (Map.Entry<Target, Future<FuzzProcess>> one : all.entrySet()) {
        one.getValue().get().expectNothing(one.getKey());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private void expectNothing(Target target) throws IOException {
    String reason = "skipped: the fuzzer has no native library for this machine";
    if (output.contains("UnsatisfiedLinkError")) {
      System.out.println(target.name() + " " + reason);
      abort(reason);
    }
    System.out.println(target.name() + ": " + executions + " inputs");
    assertThat(status).as(finding(target.place())).isZero();
    assertThat(executions).isGreaterThanOrEqualTo(SOAK_SECONDS > 0 ? 1 : target.runs());
  }

  /**
   * Fuzzes a target. Inputs that reached something new, and findings, are kept in its place. What
   * an earlier build kept there is removed: the inputs would depend on it.
   */
  private static FuzzProcess run(Target target, String instrumented, String end)
      throws IOException, InterruptedException {
    Path inputs = Files.createDirectories(target.place().resolve("corpus"));
    if (SOAK_SECONDS == 0) {
      try (DirectoryStream<Path> kept = Files.newDirectoryStream(inputs)) {
        for (Path each : kept) {
          Files.delete(each);
        }
      }
    }
    for (int i = 0; i < target.corpus().size(); i++) {
      Files.write(inputs.resolve("seed-" + i), target.corpus().get(i));
    }
    Path output = target.place().resolve("output");
    Process process =
        new ProcessBuilder(command(target.fuzz(), instrumented, end, inputs))
            .directory(target.place().toFile())
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
      Class<?> target, String instrumented, String end, Path inputs) {
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
    // What the clock or the heap decides would lead the fuzzer elsewhere each time.
    command.add("--instrumentation_excludes=" + Heap.class.getName());
    command.addAll(List.of(end, "-seed=" + SEED, "-reload=0"));
    command.addAll(List.of("-timeout=300", "-max_len=1500"));
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

package dev.durability.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
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

  /** So that each build tries the same inputs. A soak draws a seed: zero says so. */
  private static final int SEED = Long.getLong("durability.soak.minutes", 0) > 0 ? 0 : 1;

  /**
   * Fuzzes a target.
   *
   * @param target its class
   * @param instrumented the classes whose branches count, as the fuzzer takes them
   * @param corpus the inputs to start from
   * @param seconds for how long
   * @param place where inputs that reached something new, and findings, are kept
   */
  public static FuzzProcess run(
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

  /** Whether the machine has no native library that it can use. */
  public boolean cannotRun() {
    return output.contains("UnsatisfiedLinkError");
  }

  /** What a failure needs to be told; the input as a line for the corpus. */
  public String finding(Path place) throws IOException {
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

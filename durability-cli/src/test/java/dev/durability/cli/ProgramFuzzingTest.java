package dev.durability.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.durability.fuzz.FuzzProcess;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Fuzzes what the program is given: each target for some seconds, or with {@code
 * durability.soak.minutes} for its share of them, after the inputs that were kept, one a line in
 * {@code <target>.hex}.
 */
class ProgramFuzzingTest {
  private static final int TARGETS = 7; // With those of the library.
  private static final long SECONDS = 10;

  private static List<byte[]> corpus(Class<?> target) throws IOException {
    List<byte[]> inputs = new ArrayList<>();
    try (InputStream file = target.getResourceAsStream(target.getSimpleName() + ".hex")) {
      assertThat(file).isNotNull();
      for (String line : new String(file.readAllBytes(), UTF_8).split("\n", -1)) {
        if (!line.startsWith("#")) {
          inputs.add(HexFormat.of().parseHex(line.strip()));
        }
      }
    }
    return inputs;
  }

  @ParameterizedTest
  @ValueSource(classes = {ArgumentsFuzz.class, InputFuzz.class})
  void everyInputThatWasKeptIsReadAsItShould(Class<?> target) throws Throwable {
    MethodHandle run =
        MethodHandles.lookup()
            .findStatic(
                target, "fuzzerTestOneInput", MethodType.methodType(void.class, byte[].class));
    for (byte[] input : corpus(target)) {
      try {
        run.invoke(input);
      } catch (Throwable e) {
        throw new AssertionError("input=" + HexFormat.of().formatHex(input), e);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(classes = {ArgumentsFuzz.class, InputFuzz.class})
  void fuzzingFindsNothing(Class<?> target) throws Exception {
    long seconds = Math.max(SECONDS, Long.getLong("durability.soak.minutes", 0) * 60 / TARGETS);
    Path place = Files.createDirectories(Path.of("target", "fuzz", target.getSimpleName()));
    FuzzProcess fuzzing =
        FuzzProcess.run(target, "dev.durability.**", corpus(target), seconds, place);
    String reason = "skipped: the fuzzer has no native library for this machine";
    if (fuzzing.cannotRun()) {
      System.out.println("ProgramFuzzingTest " + reason);
    }
    assumeFalse(fuzzing.cannotRun(), reason);
    System.out.println(
        target.getSimpleName() + ": " + fuzzing.executions() + " inputs in " + seconds + " s");
    assertThat(fuzzing.status()).as(() -> told(fuzzing, place)).isZero();
    assertThat(fuzzing.executions()).isPositive();
  }

  private static String told(FuzzProcess fuzzing, Path place) {
    try {
      return fuzzing.finding(place);
    } catch (IOException e) {
      return e + "\n" + fuzzing.output();
    }
  }
}

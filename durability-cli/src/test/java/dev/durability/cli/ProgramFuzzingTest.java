package dev.durability.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.fuzz.FuzzProcess;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Fuzzes what the program is given: each target with so many inputs, or with {@code
 * durability.soak.minutes} for its share of them, after the inputs that were kept, one a line in
 * {@code <target>.hex}.
 */
class ProgramFuzzingTest {
  private static final int TARGETS = 7; // With those of the library.

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

  @Test
  void fuzzingFindsNothing() throws Exception {
    FuzzProcess.expectNothing(
        List.of(
            new FuzzProcess.Target(ArgumentsFuzz.class, corpus(ArgumentsFuzz.class), 300),
            new FuzzProcess.Target(InputFuzz.class, corpus(InputFuzz.class), 150_000)),
        "dev.durability.**",
        TARGETS);
  }
}

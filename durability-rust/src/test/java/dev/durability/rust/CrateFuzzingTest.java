package dev.durability.rust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Fuzzes what reads files of the crate, for some seconds, or {@code durability.soak.minutes}. */
class CrateFuzzingTest {
  private static final long SECONDS = 8;

  /** Inputs that were kept. */
  private static final List<byte[]> KEPT =
      List.of(
          new byte[0],
          HexFormat.of().parseHex("000100010105050301020305020102020005"),
          HexFormat.of().parseHex("000100010000010506aabbccdd0303aabbcc05"),
          HexFormat.of().parseHex("0201010a0301020302"),
          HexFormat.of().parseHex("030403010203000102030405"),
          HexFormat.of().parseHex("0001000101020201ff0102000304050601"));

  @Test
  void everyInputThatWasKeptIsReadAsItShould() throws IOException {
    for (byte[] input : KEPT) {
      CrateFuzz.fuzzerTestOneInput(input);
    }
  }

  @Test
  void fuzzingFindsNothing() throws Exception {
    long seconds = Math.max(SECONDS, Long.getLong("durability.soak.minutes", 0) * 60 / 7);
    Path place = Files.createDirectories(Path.of("target", "fuzz", "CrateFuzz"));
    FuzzProcess fuzzing = FuzzProcess.run(CrateFuzz.class, KEPT, seconds, place);
    String reason = "skipped: the fuzzer has no native library for this machine";
    if (fuzzing.cannotRun()) {
      System.out.println("CrateFuzzingTest " + reason);
    }
    assumeFalse(fuzzing.cannotRun(), reason);
    System.out.println("CrateFuzz: " + fuzzing.executions() + " inputs in " + seconds + " s");
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

package dev.durability.rust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.durability.fuzz.FuzzProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Fuzzes what reads files of the crate, for some seconds, or {@code durability.soak.minutes}. */
class CrateFuzzingTest {
  private static final long SECONDS = 4;

  private static final String INSTRUMENTED = "dev.durability.rust.**";

  /** Inputs that were kept. */
  private static final List<byte[]> KEPT =
      List.of(
          new byte[0],
          HexFormat.of().parseHex("000100010105050301020305020102020005"),
          HexFormat.of().parseHex("000100010000010506aabbccdd0303aabbcc05"),
          HexFormat.of().parseHex("0201010a0301020302"),
          HexFormat.of().parseHex("030403010203000102030405"),
          HexFormat.of().parseHex("0001000101020201ff0102000304050601"));

  /** Directories: whole ones, and some of each kind of change. */
  private static final List<byte[]> DIRECTORIES =
      List.of(
          new byte[] {0, 0, 0},
          new byte[] {0, 1, 0},
          new byte[] {0, 5, 0},
          HexFormat.of().parseHex("00000102030400"),
          HexFormat.of().parseHex("00010100050105"),
          HexFormat.of().parseHex("00020203070200060b03"),
          HexFormat.of().parseHex("00030104090318"),
          HexFormat.of().parseHex("3400010203051820ff210022ff2301"),
          HexFormat.of().parseHex("080001000501"),
          HexFormat.of().parseHex("01000100010105050301020305020102020005"));

  @Test
  void everyInputThatWasKeptIsReadAsItShould() throws IOException {
    for (byte[] input : KEPT) {
      CrateFuzz.fuzzerTestOneInput(input);
    }
  }

  @Test
  void everyDirectoryThatWasKeptIsImportedOrRefused() throws IOException {
    for (byte[] input : DIRECTORIES) {
      ImportFuzz.fuzzerTestOneInput(input);
    }
  }

  @Test
  void fuzzingTheReadersFindsNothing() throws Exception {
    fuzz(CrateFuzz.class, KEPT);
  }

  @Test
  void fuzzingTheImportFindsNothing() throws Exception {
    fuzz(ImportFuzz.class, DIRECTORIES);
  }

  private static void fuzz(Class<?> target, List<byte[]> kept) throws Exception {
    long seconds = Math.max(SECONDS, Long.getLong("durability.soak.minutes", 0) * 60 / 7);
    Path place = Files.createDirectories(Path.of("target", "fuzz", target.getSimpleName()));
    FuzzProcess fuzzing = FuzzProcess.run(target, INSTRUMENTED, kept, seconds, place);
    String reason = "skipped: the fuzzer has no native library for this machine";
    if (fuzzing.cannotRun()) {
      System.out.println("CrateFuzzingTest " + reason);
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

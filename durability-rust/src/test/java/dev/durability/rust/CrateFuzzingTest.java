package dev.durability.rust;

import dev.durability.fuzz.FuzzProcess;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Fuzzes what reads files of the crate, with so many inputs, or {@code durability.soak.minutes}.
 */
class CrateFuzzingTest {
  private static final int TARGETS = 7; // Of the library and the program.

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
  void fuzzingFindsNothing() throws Exception {
    FuzzProcess.expectNothing(
        List.of(
            new FuzzProcess.Target(CrateFuzz.class, KEPT, 600),
            new FuzzProcess.Target(ImportFuzz.class, DIRECTORIES, 150)),
        INSTRUMENTED,
        TARGETS);
  }
}

package dev.durability.modulepath;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.durability.codec.Codec;
import dev.durability.protobuf.ProtobufCodec;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs find the decoder in the module: the tests run on the class path alone. */
class ModulePathTest {

  @Test
  void aMessageIsShownWithAllModulesOnTheModulePath(@TempDir Path directory) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-p",
                String.join(
                    System.getProperty("path.separator"),
                    place(Codec.class),
                    place(ProtobufCodec.class),
                    place(Message.class)),
                "--add-modules",
                "dev.durability.protobuf",
                "-cp",
                place(MessageProgram.class),
                MessageProgram.class.getName(),
                directory.resolve("log").toString())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    // Some JDKs warn of what Protocol Buffers does with memory.
    assertThat(said.lines()).contains("module dev.durability.protobuf {seconds=5}");
  }

  private static String place(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }
}

package dev.durability.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.storage.MemoryDirectory;
import java.io.IOException;
import java.time.Clock;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Names of checkpoints where the machine's language writes digits of its own. */
@Isolated
final class CheckpointNamesTest {
  @Test
  void namesHaveAsciiDigitsUnderEveryLocale() throws IOException {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    try {
      assertThat(String.format(Locale.getDefault(), "%d", 7)).as("the locale works").isEqualTo("٧");
      MemoryDirectory directory = new MemoryDirectory();
      Checkpoints checkpoints = Checkpoints.in(directory, Clock.systemUTC());
      String path = checkpoints.write(new UUID(1, 2), 7, out -> out.write(1));
      assertThat(path).isEqualTo("checkpoints/00000000000000000007.ckpt");
      assertThat(checkpoints.list()).containsExactly(7L);
    } finally {
      Locale.setDefault(before);
    }
  }
}

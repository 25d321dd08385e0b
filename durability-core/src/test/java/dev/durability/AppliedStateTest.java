package dev.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.AppliedState.Expected;
import dev.durability.AppliedState.Progress;
import dev.durability.errors.DurabilityException;
import dev.durability.recovery.History;
import dev.durability.storage.MemoryDirectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Entries that the log has, and the state is not told of. */
class AppliedStateTest {
  private final AppliedState<List<String>, String> applied =
      new AppliedState<>(
          new MemoryDirectory(),
          new History(),
          new ArrayList<>(List.of("recovered")),
          7,
          new Progress(7, 700),
          8);

  private static Expected<String> entry(String text) {
    return new Expected<>(text, 10, false);
  }

  @Test
  void entriesAreAppliedInTheOrderOfTheirIdsAndCountedUntilThen() throws IOException {
    applied.expect(8, entry("a"));
    applied.expect(9, entry("b"));
    assertThat(applied.pendingEntries()).isEqualTo(2);
    assertThat(applied.pendingBytes()).isEqualTo(20);
    assertThat(applied.applyThrough(8, 8)).isEqualTo(new Progress(8, 710));
    assertThat(applied.pendingEntries()).isEqualTo(1);
    assertThat(applied.pendingBytes()).isEqualTo(10);
    assertThat(applied.lastExpectedId()).isEqualTo(9);
    assertThat(applied.<List<String>>read(List::copyOf)).containsExactly("recovered", "a");
  }

  @Test
  void nothingIsAppliedAfterAnEntryThatIsMissing() {
    applied.expect(9, entry("b"));
    assertThatThrownBy(() -> applied.applyThrough(9, 9))
        .isInstanceOf(DurabilityException.class)
        .hasMessageContaining("the log may hold an entry that the state lacks");
    assertThat(applied.appliedId()).isEqualTo(7);
    assertThatThrownBy(() -> applied.read(List::copyOf)).isInstanceOf(DurabilityException.class);
  }
}

package dev.durability.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * What of a damage can be mended in a copy, by commands that stand with its causes: files that were
 * renamed, a text conversion, single bits.
 *
 * @param causes what happened to the log
 */
record Repairs(List<Explanation.Cause> causes) {
  /** How commands name the copy once it is mended. */
  static final String COPY = "COPY";

  /** What ends a step that mends a copy. */
  static final String THEN_EXPLAIN =
      " Then 'durability explain' of that copy says what is still wrong.";

  private boolean hasNames() {
    return causes.stream().anyMatch(each -> each.kind() == Explanation.Kind.WRONG_NAME);
  }

  private boolean hasConversion() {
    return causes.stream().anyMatch(TextConversion::isIn);
  }

  private boolean hasBit() {
    return causes.stream()
        .flatMap(cause -> cause.evidence().stream())
        .anyMatch(each -> each.startsWith(FlippedBit.LIKELY));
  }

  boolean isAny() {
    return hasNames() || hasConversion() || hasBit();
  }

  List<String> steps() {
    List<String> steps = new ArrayList<>();
    if (hasNames()) {
      steps.add(
          "Find out who renamed files. In the copy, run each 'mv' that stands above, then take"
              + " '.right' off these names."
              + THEN_EXPLAIN);
    }
    if (hasConversion()) {
      steps.add(
          "Find out who sent or stored the files as text. In the copy, run each 'sed' that stands"
              + " above."
              + THEN_EXPLAIN);
    }
    if (hasBit()) {
      steps.add(
          "Test the memory: single bits are turned there, or by a transfer. Turn back in a second"
              + " copy those that stand above."
              + THEN_EXPLAIN);
    }
    return steps;
  }

  /** The last step: what is left to do if there is no backup. */
  String salvage(String name) {
    return isAny()
        ? "Without a backup, mend the copy as above. If that opens, go on with it. Else 'durability"
            + " salvage "
            + COPY
            + " --to NEW' takes out what is intact in it."
        : "Without a backup: 'durability salvage " + name + " --to NEW' takes out what is intact";
  }
}

package dev.durability.archive;

import java.util.List;

/**
 * What verifying an archive found.
 *
 * @param timelines how many timelines were read
 * @param objects how many objects were read and checked
 * @param bytes how many bytes they have
 * @param problems what is damaged or missing, each with its object; empty if all is whole
 * @param notes what is no damage and may be worth knowing, such as objects that nothing refers to
 */
public record VerifyReport(
    int timelines, long objects, long bytes, List<String> problems, List<String> notes) {

  /** {@return whether all that the archive says it has is there and as it was stored} */
  public boolean isWhole() {
    return problems.isEmpty();
  }
}

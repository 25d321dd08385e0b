package dev.durability.benchmarks.compare;

/** Which of the two builds. */
enum Side {
  BEFORE("before"),
  AFTER("after");

  private final String text;

  Side(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}

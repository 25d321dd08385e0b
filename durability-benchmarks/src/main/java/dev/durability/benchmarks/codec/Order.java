package dev.durability.benchmarks.codec;

import java.util.List;

/**
 * What each codec encodes, in the shape that it wants.
 *
 * @param id a number
 * @param owner a text
 * @param tags a few texts
 * @param amount a number
 */
public record Order(long id, String owner, List<String> tags, double amount) {
  /** The order. */
  public static final Order EXAMPLE =
      new Order(1_234_567, "customer-42", List.of("new", "paid", "express"), 99.95);
}

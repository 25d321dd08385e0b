package dev.durability.benchmarks;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a scenario has to reach.
 *
 * @param text the target in words
 * @param bound the bound of our own figure
 * @param isLeast whether the figure has to be at least the bound, or at most
 * @param timesBestPeer how many times the best peer's figure ours has to be, 0 for no such target
 * @param isOfReference whether the bound is that of our figure divided by the reference's
 */
public record Target(
    String text, double bound, boolean isLeast, double timesBestPeer, boolean isOfReference) {

  /** Figures that stand beside each other, with nothing to reach. */
  public static final Target NONE = atLeast("none, for comparison", 0, 0);

  /**
   * Makes a target of a ratio that has to be large.
   *
   * @param text the target in words
   * @param bound the least ratio
   * @param timesBestPeer how many times the best peer, 0 for no such target
   * @return the target
   */
  public static Target atLeast(String text, double bound, double timesBestPeer) {
    return new Target(text, bound, true, timesBestPeer, false);
  }

  /**
   * Makes a target of what our figure has to be, divided by that of the reference.
   *
   * @param text the target in words
   * @param bound the least ratio to the reference
   * @param timesBestPeer how many times the best peer, 0 for no such target
   * @return the target
   */
  public static Target atLeastOfReference(String text, double bound, double timesBestPeer) {
    return new Target(text, bound, true, timesBestPeer, true);
  }

  /**
   * Makes a target of a figure that has to be small.
   *
   * @param text the target in words
   * @param bound the largest figure
   * @return the target
   */
  public static Target atMost(String text, double bound) {
    return new Target(text, bound, false, 0, false);
  }

  /**
   * Judges where there is no reference.
   *
   * @param ours our own figure
   * @param bestPeer that of the best peer with the same guarantee, if there is one
   * @return empty if the target is met, else what is missing
   */
  public Optional<String> missing(double ours, @Nullable Double bestPeer) {
    return missing(ours, bestPeer, ours);
  }

  /**
   * Judges.
   *
   * @param ours our own figure
   * @param bestPeer that of the best peer with the same guarantee, if there is one
   * @param bounded what the bound is about: our own figure, or that divided by the reference's
   * @return empty if the target is met, else what is missing
   */
  public Optional<String> missing(double ours, @Nullable Double bestPeer, double bounded) {
    if (isLeast ? bounded < bound : bounded > bound) {
      return Optional.of("is " + Figures.of(bounded) + ", not " + Figures.of(bound));
    }
    if (timesBestPeer > 0 && bestPeer != null && ours < timesBestPeer * bestPeer) {
      return Optional.of(
          Figures.of(ours / bestPeer) + " times the best peer, not " + Figures.of(timesBestPeer));
    }
    return Optional.empty();
  }
}

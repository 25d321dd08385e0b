package dev.durability.benchmarks.compare;

/** Student's t distribution, for a whole number of degrees of freedom. */
final class StudentT {

  private StudentT() {}

  /**
   * Finds the bound that a value stays within, on both sides of 0.
   *
   * @param probability of staying within it, more than 0 and less than 1
   * @param degrees of freedom, at least 1
   * @return the bound
   */
  static double bound(double probability, int degrees) {
    if (!(probability > 0 && probability < 1) || degrees < 1) {
      throw new IllegalArgumentException(
          "no bound for " + probability + " with " + degrees + " degrees of freedom");
    }
    double low = 0;
    double high = 1;
    while (within(high, degrees) < probability) {
      low = high;
      high *= 2;
    }
    for (double middle = (low + high) / 2; middle > low && middle < high; ) {
      if (within(middle, degrees) < probability) {
        low = middle;
      } else {
        high = middle;
      }
      middle = (low + high) / 2;
    }
    return high;
  }

  /**
   * Finds how probable it is that a value lies between -t and t, by the finite sums of Abramowitz
   * and Stegun, 26.7.3 and 26.7.4.
   *
   * @param t the bound, at least 0
   * @param degrees of freedom, at least 1
   * @return the probability
   */
  static double within(double t, int degrees) {
    double angle = Math.atan2(t, Math.sqrt(degrees));
    double cos = Math.cos(angle);
    boolean isOdd = degrees % 2 == 1;
    double term = isOdd ? cos : 1;
    double sum = 0;
    for (int k = isOdd ? 1 : 0; k <= degrees - 2; k += 2) {
      sum += term;
      term *= cos * cos * (k + 1) / (k + 2);
    }
    double product = Math.sin(angle) * sum;
    return isOdd ? 2 / Math.PI * (angle + product) : product;
  }
}

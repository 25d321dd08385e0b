package dev.durability.spring.boot;

import dev.durability.StateOptions;

/**
 * A bean of this type changes the options of the state that the starter opens, after the
 * properties. Several are called in their order.
 */
@FunctionalInterface
public interface StateOptionsCustomizer {

  /**
   * Changes options.
   *
   * @param options what the properties say, with the options of the log
   */
  void customize(StateOptions.Builder options);
}

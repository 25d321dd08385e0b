package dev.durability.spring.boot;

import dev.durability.wal.WalOptions;

/**
 * A bean of this type changes the options of the log that the starter opens, after the properties.
 * Several are called in their order.
 */
@FunctionalInterface
public interface WalOptionsCustomizer {

  /**
   * Changes options.
   *
   * @param options what the properties say, with all observers that are beans. Setting an observer
   *     here replaces them
   */
  void customize(WalOptions.Builder options);
}

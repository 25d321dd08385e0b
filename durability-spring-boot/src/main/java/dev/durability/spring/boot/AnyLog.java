package dev.durability.spring.boot;

import dev.durability.DurableState;
import dev.durability.wal.WalWriter;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;

/** A condition for the starters: some bean is a state or a log. */
public final class AnyLog extends AnyNestedCondition {
  /** For Spring. */
  public AnyLog() {
    super(ConfigurationPhase.REGISTER_BEAN);
  }

  @ConditionalOnBean(DurableState.class)
  static final class State {}

  @ConditionalOnBean(WalWriter.class)
  static final class Log {}
}

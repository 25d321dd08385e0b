package dev.durability.spring.boot3;

import dev.durability.spring.boot.AnyLog;
import dev.durability.spring.boot.DurabilityAutoConfiguration;
import dev.durability.spring.boot.LogHealth;
import dev.durability.spring.boot.OpenLogs;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.springframework.boot.actuate.autoconfigure.health.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.actuate.health.CompositeHealthContributor;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthContributor;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/**
 * The health of the state or the log that is open, as the component {@code durability}; of each, if
 * there are several. DOWN means that nothing is accepted until it is opened again.
 */
@AutoConfiguration(after = DurabilityAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnEnabledHealthIndicator("durability")
@ConditionalOnBean(OpenLogs.class)
@Conditional(AnyLog.class)
public final class DurabilityHealthAutoConfiguration {
  /** For Spring. */
  public DurabilityHealthAutoConfiguration() {}

  @Bean
  @ConditionalOnMissingBean(name = {"durabilityHealthIndicator", "durabilityHealthContributor"})
  HealthContributor durabilityHealthContributor(OpenLogs logs) {
    Map<String, HealthIndicator> each = new TreeMap<>();
    logs.health().forEach((name, health) -> each.put(name, indicator(health)));
    return each.size() == 1
        ? each.values().iterator().next()
        : CompositeHealthContributor.fromMap(each);
  }

  private static HealthIndicator indicator(Supplier<LogHealth> health) {
    return () -> {
      LogHealth now = health.get();
      return (now.up() ? Health.up() : Health.down()).withDetails(now.details()).build();
    };
  }
}

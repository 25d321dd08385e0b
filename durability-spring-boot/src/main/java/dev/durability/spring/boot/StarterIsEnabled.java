package dev.durability.spring.boot;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Reads the property as Spring Boot binds it: {@code off}, {@code no} and {@code 0} switch the
 * starter off, too, and what is neither yes nor no is refused.
 */
final class StarterIsEnabled extends SpringBootCondition {
  private static final String ENABLED = "durability.enabled";

  @Override
  public ConditionOutcome getMatchOutcome(
      ConditionContext context, AnnotatedTypeMetadata metadata) {
    boolean isEnabled = in(context.getEnvironment());
    return new ConditionOutcome(
        isEnabled, ConditionMessage.forCondition(ENABLED).because("it is " + isEnabled));
  }

  static boolean in(Environment environment) {
    return Binder.get(environment).bind(ENABLED, Boolean.class).orElse(true);
  }
}

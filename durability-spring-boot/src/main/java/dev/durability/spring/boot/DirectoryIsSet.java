package dev.durability.spring.boot;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/** An empty directory counts as none: it would be the one that the process happens to run in. */
final class DirectoryIsSet extends SpringBootCondition {
  @Override
  public ConditionOutcome getMatchOutcome(
      ConditionContext context, AnnotatedTypeMetadata metadata) {
    String directory = context.getEnvironment().getProperty(DurabilityProperties.DIRECTORY);
    ConditionMessage.Builder message =
        ConditionMessage.forCondition(DurabilityProperties.DIRECTORY);
    return StringUtils.hasText(directory)
        ? ConditionOutcome.match(message.foundExactly(directory))
        : ConditionOutcome.noMatch(message.because("it is not set"));
  }
}

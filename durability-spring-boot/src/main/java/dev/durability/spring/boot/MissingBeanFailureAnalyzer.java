package dev.durability.spring.boot;

import dev.durability.DurableState;
import dev.durability.codec.Codec;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.Directory;
import dev.durability.wal.WalWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/** Says which bean or property is missing if there is no state, no log or no codec. */
@Order(Ordered.HIGHEST_PRECEDENCE + 100) // Before Spring Boot's own, which knows the type alone.
final class MissingBeanFailureAnalyzer
    extends AbstractFailureAnalyzer<NoSuchBeanDefinitionException> {
  private final ConfigurableListableBeanFactory beans;
  private final Environment environment;

  MissingBeanFailureAnalyzer(BeanFactory beans, Environment environment) {
    this.beans = (ConfigurableListableBeanFactory) beans;
    this.environment = environment;
  }

  @Override
  protected @Nullable FailureAnalysis analyze(Throwable root, NoSuchBeanDefinitionException cause) {
    ResolvableType wanted = cause.getResolvableType();
    Class<?> type = wanted == null ? null : wanted.resolve();
    if (type == null || cause instanceof NoUniqueBeanDefinitionException) {
      return null;
    }
    List<String> actions = new ArrayList<>();
    if (type == DurableState.class) {
      needDirectory(actions);
      ofOtherTypes(DurableState.class, actions);
      needStateMachine(actions);
      needCodec(actions, "Change");
    } else if (type == WalWriter.class) {
      needDirectory(actions);
      ofOtherTypes(WalWriter.class, actions);
      needCodec(actions, "Entry");
      if (isThere(StateMachine.class)) {
        actions.add(
            "There is a StateMachine bean, and so a DurableState instead of a WalWriter: inject"
                + " that, or define the WalWriter bean yourself.");
      }
    } else if (type == Codec.class) {
      actions.add(codec(entryOf(wanted)));
    } else {
      return null;
    }
    if (actions.isEmpty()) {
      return null; // Spring Boot's own analysis says what its conditions found.
    }
    return new FailureAnalysis(
        "There is no bean of type " + wanted + ": " + cause.getMessage(),
        String.join("\n", actions),
        cause);
  }

  private void needDirectory(List<String> actions) {
    if (!StarterIsEnabled.in(environment)) {
      actions.add(
          "Remove durability.enabled="
              + environment.getProperty("durability.enabled")
              + ": it switches the starter off.");
    }
    if (!isThere(Directory.class)) {
      actions.add(
          "Set the property durability.directory to the directory of the log, for example"
              + " durability.directory=/var/lib/orders.");
    }
  }

  /**
   * There is one of other types: of the starter, or of its own, and then the starter makes none.
   */
  private void ofOtherTypes(Class<?> type, List<String> actions) {
    for (String name : beans.getBeanNamesForType(type, true, false)) {
      String which = "There is '" + name + "', a " + EntryCodec.typeOf(name, beans);
      actions.add(
          BeanTypes.isOfStarter(beans, name)
              ? which + ", as its beans say: inject it with these types."
              : which
                  + ", so the starter makes no "
                  + type.getSimpleName()
                  + ": define this one too, with "
                  + type.getSimpleName()
                  + ".open and a directory of its own, or inject that one with its types.");
    }
  }

  private void needStateMachine(List<String> actions) {
    if (!isThere(StateMachine.class)) {
      actions.add(
          "Define a bean of type StateMachine: what the state is, and how entries change it.");
    }
  }

  private void needCodec(List<String> actions, String entry) {
    if (!isThere(Codec.class)) {
      actions.add(codec(entry));
    }
  }

  private static String codec(String entry) {
    return "Define a bean of type Codec<"
        + entry
        + ">, which turns entries into bytes, for example: @Bean Codec<"
        + entry
        + "> codec() { return PostcardCodec.of("
        + entry
        + ".class); }";
  }

  private static String entryOf(ResolvableType codec) {
    Class<?> entry = codec.as(Codec.class).getGeneric(0).resolve();
    return entry == null ? "Change" : entry.getSimpleName();
  }

  private boolean isThere(Class<?> type) {
    return beans.getBeanNamesForType(type, true, false).length > 0;
  }
}

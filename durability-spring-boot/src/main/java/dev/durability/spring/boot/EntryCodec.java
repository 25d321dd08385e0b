package dev.durability.spring.boot;

import dev.durability.codec.Codec;
import dev.durability.recovery.StateMachine;
import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/** Finds the codec of a state machine's entries among the beans, by the type of the entries. */
final class EntryCodec {
  private EntryCodec() {}

  /**
   * Finds the codec. One that is declared for other entries is never taken: the first entry would
   * show it, with a ClassCastException.
   */
  static Codec<?> of(StateMachine<?, ?> machine, ConfigurableListableBeanFactory beans) {
    ResolvableType entry = entryOf(machine, beans);
    if (entry.resolve() == null) {
      return beans.getBean(Codec.class);
    }
    ResolvableType wanted = ResolvableType.forClassWithGenerics(Codec.class, entry);
    Codec<?> exact = beans.<Codec<?>>getBeanProvider(wanted).getIfAvailable();
    if (exact != null) {
      return exact;
    }
    List<String> ofUnknownEntries = new ArrayList<>();
    List<String> ofOthers = new ArrayList<>();
    for (String name : beans.getBeanNamesForType(Codec.class)) {
      ResolvableType declared = typeOf(name, beans).as(Codec.class).getGeneric(0);
      if (declared.resolve() == null) {
        ofUnknownEntries.add(name);
      } else {
        ofOthers.add("'" + name + "' is one of " + declared);
      }
    }
    if (ofUnknownEntries.isEmpty()) {
      throw new NoSuchBeanDefinitionException(
          wanted, ofOthers.isEmpty() ? "there is no codec" : String.join(", ", ofOthers));
    }
    return ofUnknownEntries.size() == 1
        ? beans.getBean(ofUnknownEntries.get(0), Codec.class)
        : beans.getBean(Codec.class); // The primary one, or the failure that names them.
  }

  /** What the class says of its entries or, if it leaves that open, the definition of the bean. */
  private static ResolvableType entryOf(
      StateMachine<?, ?> machine, ConfigurableListableBeanFactory beans) {
    ResolvableType type = ResolvableType.forClass(ClassUtils.getUserClass(machine));
    ResolvableType entry = type.as(StateMachine.class).getGeneric(1);
    if (entry.resolve() != null) {
      return entry;
    }
    for (String name : beans.getBeanNamesForType(StateMachine.class)) {
      if (beans.getBean(name) == machine) {
        return typeOf(name, beans).as(StateMachine.class).getGeneric(1);
      }
    }
    return entry;
  }

  /** What is known of the type of a bean without making it, if it has a definition. */
  static ResolvableType typeOf(String name, ConfigurableListableBeanFactory beans) {
    return beans.containsBeanDefinition(name)
        ? beans.getMergedBeanDefinition(name).getResolvableType()
        : ResolvableType.forInstance(beans.getBean(name));
  }
}

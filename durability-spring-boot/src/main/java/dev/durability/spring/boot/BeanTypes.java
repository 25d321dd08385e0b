package dev.durability.spring.boot;

import dev.durability.DurableState;
import dev.durability.codec.Codec;
import dev.durability.recovery.StateMachine;
import dev.durability.wal.WalWriter;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.ResolvableType;

/**
 * Gives the state, or the log, that the starter makes the types that the application's beans name.
 * Whoever asks for one of other types gets none when the application starts. Without this, the
 * first use would throw a ClassCastException.
 */
final class BeanTypes implements BeanFactoryPostProcessor {
  private static final String STATE = "durableState";
  private static final String LOG = "walWriter";

  @Override
  public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
    refine(beans, STATE, DurableState.class, StateMachine.class);
    refine(beans, LOG, WalWriter.class, Codec.class);
  }

  /** {@return whether the starter makes a bean, and not the application} */
  static boolean isOfStarter(ConfigurableListableBeanFactory beans, String name) {
    if (!beans.containsBeanDefinition(name)) {
      return false;
    }
    String maker = beans.getBeanDefinition(name).getFactoryBeanName();
    return maker != null && beans.getType(maker) == DurabilityAutoConfiguration.class;
  }

  /** Types that are not known, or of several beans, stay open. */
  private static void refine(
      ConfigurableListableBeanFactory beans, String name, Class<?> made, Class<?> of) {
    String[] sources = beans.getBeanNamesForType(of, true, false);
    if (sources.length != 1
        || !isOfStarter(beans, name)
        || !(beans.getBeanDefinition(name) instanceof RootBeanDefinition definition)) {
      return;
    }
    ResolvableType[] types = EntryCodec.typeOf(sources[0], beans).as(of).getGenerics();
    for (ResolvableType type : types) {
      if (type.resolve() == null || type.hasUnresolvableGenerics()) {
        return;
      }
    }
    if (types.length > 0) {
      definition.setTargetType(ResolvableType.forClassWithGenerics(made, types));
    }
  }
}

package dev.durability.spring.boot;

import dev.durability.codec.Codec;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/** For native images: keeps what PostcardCodec reflects on of the types that codec beans encode. */
final class EntryTypeHints implements BeanFactoryInitializationAotProcessor {
  @Override
  public @Nullable BeanFactoryInitializationAotContribution processAheadOfTime(
      ConfigurableListableBeanFactory beans) {
    Set<Class<?>> types = new LinkedHashSet<>();
    for (String name : beans.getBeanNamesForType(Codec.class, true, false)) {
      Class<?> entry = EntryCodec.typeOf(name, beans).as(Codec.class).getGeneric(0).resolve();
      if (entry != null) {
        add(entry, types);
      }
    }
    return types.isEmpty()
        ? null
        : (generation, code) ->
            types.forEach(
                type ->
                    generation
                        .getRuntimeHints()
                        .reflection()
                        .registerType(
                            type,
                            MemberCategory.INVOKE_DECLARED_CONSTRUCTORS,
                            MemberCategory.INVOKE_DECLARED_METHODS));
  }

  private static void add(Type type, Set<Class<?>> types) {
    if (type instanceof ParameterizedType parameterized) {
      add(parameterized.getRawType(), types);
      for (Type argument : parameterized.getActualTypeArguments()) {
        add(argument, types);
      }
    } else if (type instanceof GenericArrayType array) {
      add(array.getGenericComponentType(), types);
    } else if (type instanceof Class<?> plain) {
      addClass(plain, types);
    }
  }

  private static void addClass(Class<?> type, Set<Class<?>> types) {
    if (type.isArray()) {
      addClass(type.getComponentType(), types);
    } else if ((type.isSealed() || type.isEnum() || type.isRecord()) && types.add(type)) {
      if (type.isSealed()) {
        for (Class<?> variant : type.getPermittedSubclasses()) {
          addClass(variant, types);
        }
      }
      if (type.isRecord()) {
        for (RecordComponent component : type.getRecordComponents()) {
          add(component.getGenericType(), types);
        }
      }
    }
  }
}

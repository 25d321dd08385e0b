package dev.durability.codec;

import dev.durability.errors.CodecException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A record: its components in order, with nothing between them. */
final class RecordType implements WireType {

  private final Class<?> type;
  private final String name;
  private final MethodHandle constructor;
  private final String[] names;
  private final MethodHandle[] accessors;
  private final WireType[] components;

  /**
   * Creates the type with its components' types missing, so that these can refer back to it.
   *
   * @throws IllegalAccessException if the lookup may not call the constructor or an accessor
   */
  RecordType(Class<?> type, MethodHandles.Lookup lookup) throws IllegalAccessException {
    RecordComponent[] parts = type.getRecordComponents();
    Class<?>[] erased = Arrays.stream(parts).map(RecordComponent::getType).toArray(Class<?>[]::new);
    this.type = type;
    this.name = type.getSimpleName();
    this.names = Arrays.stream(parts).map(RecordComponent::getName).toArray(String[]::new);
    this.components = new WireType[parts.length];
    this.accessors = new MethodHandle[parts.length];
    MethodType getter = MethodType.methodType(Object.class, Object.class);
    MethodType maker = MethodType.methodType(Object.class, Object[].class);
    try {
      for (int i = 0; i < parts.length; i++) {
        accessors[i] = lookup.unreflect(parts[i].getAccessor()).asType(getter);
      }
      this.constructor =
          lookup
              .findConstructor(type, MethodType.methodType(void.class, erased))
              .asSpreader(Object[].class, parts.length)
              .asType(maker);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("a record without its canonical constructor: " + type, e);
    }
  }

  void setComponent(int index, WireType component) {
    components[index] = component;
  }

  Class<?> type() {
    return type;
  }

  String name() {
    return name;
  }

  int size() {
    return components.length;
  }

  WireType component(int index) {
    return components[index];
  }

  String componentName(int index) {
    return names[index];
  }

  /** The Java type of a component, without type arguments. */
  Class<?> componentClass(int index) {
    return type.getRecordComponents()[index].getType();
  }

  /** The names of the components, in order. */
  List<String> componentNames() {
    return List.of(names);
  }

  @Override
  public Described describe(Describer describer) {
    return describer.named(
        this,
        name,
        () -> {
          List<Described.Member> members = new ArrayList<>();
          for (int i = 0; i < components.length; i++) {
            members.add(new Described.Member(names[i], components[i].describe(describer)));
          }
          return new Described.Components(List.copyOf(members));
        });
  }

  @Override
  public void write(Object value, PostcardOutput out) throws CodecException {
    for (int i = 0; i < components.length; i++) {
      out.enter(names[i]);
      components[i].write(out.present(valueOf(i, value, out)), out);
      out.leave();
    }
  }

  @SuppressWarnings("IllegalCatch") // A method handle may throw anything.
  private Object valueOf(int index, Object value, PostcardOutput out) throws CodecException {
    try {
      return (Object) accessors[index].invokeExact(value);
    } catch (Error e) {
      throw e;
    } catch (Throwable e) {
      throw out.failure("the accessor threw " + e, e);
    }
  }

  @Override
  public Object read(PostcardInput in) throws CodecException {
    Object[] values = new Object[components.length];
    for (int i = 0; i < values.length; i++) {
      in.enter(names[i]);
      values[i] = components[i].read(in);
      in.leave();
    }
    return make(values, in);
  }

  /** Makes a record of its components. */
  @SuppressWarnings("IllegalCatch") // A method handle may throw anything.
  Object make(@Nullable Object[] values, PostcardInput in) throws CodecException {
    try {
      return (Object) constructor.invokeExact(values);
    } catch (Error e) {
      throw e;
    } catch (Throwable e) {
      throw in.failure("the constructor of " + name + " refused the values: " + e, e);
    }
  }

  @Override
  public boolean takesNoBytes(Set<WireType> visiting) {
    return !visiting.add(this)
        || Arrays.stream(components).allMatch(component -> component.takesNoBytes(visiting));
  }
}

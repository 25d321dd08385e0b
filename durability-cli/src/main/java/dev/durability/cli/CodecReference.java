package dev.durability.cli;

import dev.durability.codec.Codec;
import java.io.IOException;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where a codec is: {@code com.example.Store#CODEC}, a static field of a class, or a static method
 * of it without arguments.
 *
 * @param className the class; a class in another one is named as in source text, or with a dollar
 * @param member the field or method
 */
record CodecReference(String className, String member) {

  /**
   * Reads a reference.
   *
   * @throws UsageException if it is none
   */
  static CodecReference parse(String option, String text) {
    int hash = text.indexOf('#');
    String member = text.substring(hash + 1).replaceFirst("\\(\\)$", "");
    if (hash < 1 || member.isEmpty()) {
      throw new UsageException(
          option
              + " names a class and its static field or method, as com.example.Store#CODEC, but is "
              + text);
    }
    return new CodecReference(text.substring(0, hash), member);
  }

  /**
   * Gets the codec.
   *
   * @param classes has the class
   * @throws IOException if it cannot be got, and why
   * @throws LinkageError if a class that it needs cannot be loaded
   */
  Codec<?> load(ClassLoader classes) throws IOException {
    try {
      Object found = value(find(classes));
      if (found instanceof Codec<?> codec) {
        return codec;
      }
      throw new IOException(
          this
              + " is "
              + (found == null ? "null" : "a " + found.getClass().getName())
              + ", but must be a "
              + Codec.class.getName());
    } catch (InvocationTargetException | ExceptionInInitializerError e) {
      Throwable thrown = thrownBy(e);
      throw new IOException(
          "getting " + this + " failed: it threw " + thrown + "; --debug shows where", thrown);
    } catch (IllegalAccessException | RuntimeException e) {
      throw new IOException(this + " is not accessible: " + e.getMessage(), e);
    }
  }

  private static Throwable thrownBy(Throwable e) {
    Throwable thrown = e;
    while (thrown.getCause() != null
        && (thrown instanceof InvocationTargetException
            || thrown instanceof ExceptionInInitializerError)) {
      thrown = thrown.getCause();
    }
    return thrown;
  }

  /** Says that a class which the codec needs is not there, or does not fit. */
  static IOException incomplete(LinkageError e) {
    return new IOException(
        "a class that the codec needs cannot be loaded ("
            + e
            + "): name all that the program runs"
            + " with on --class-path",
        e);
  }

  private Member find(ClassLoader classes) throws IOException {
    Class<?> type = findClass(classes);
    Member found = findIn(type);
    if (found == null) {
      throw new IOException(
          type.getName()
              + " has no field and no method without arguments that is called "
              + member);
    } else if (!Modifier.isStatic(found.getModifiers())) {
      throw new IOException(this + " is not static, so there is no object to ask for it");
    }
    return found;
  }

  /** A class in another one may be named with a dot. */
  private Class<?> findClass(ClassLoader classes) throws IOException {
    String name = className;
    while (true) {
      try {
        return Class.forName(name, true, classes);
      } catch (ClassNotFoundException notThere) {
        int dot = name.lastIndexOf('.');
        if (dot < 0) {
          throw new IOException("there is no class " + className + " on --class-path");
        }
        name = name.substring(0, dot) + '$' + name.substring(dot + 1);
      }
    }
  }

  private @Nullable Member findIn(Class<?> type) {
    for (Field each : type.getDeclaredFields()) {
      if (each.getName().equals(member)) {
        return each;
      }
    }
    return Arrays.stream(type.getDeclaredMethods())
        .filter(each -> each.getName().equals(member) && each.getParameterCount() == 0)
        .findFirst()
        .orElse(null);
  }

  private static @Nullable Object value(Member found)
      throws IllegalAccessException, InvocationTargetException {
    ((AccessibleObject) found).setAccessible(true);
    return found instanceof Field field ? field.get(null) : ((Method) found).invoke(null);
  }

  @Override
  public String toString() {
    return className + "#" + member;
  }
}

package dev.durability.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ForwardingDirectoryTest {

  private record Call(Method method, List<Object> arguments) {}

  /** Of each method, one added later included, so that none is forgotten. */
  static Stream<Method> methods() {
    return Arrays.stream(Directory.class.getMethods())
        .filter(method -> !Modifier.isStatic(method.getModifiers()));
  }

  @ParameterizedTest
  @MethodSource("methods")
  void callIsHandedOnOnceWithItsArguments(Method method) throws ReflectiveOperationException {
    List<Call> calls = new ArrayList<>();
    Object result = any(method.getReturnType(), "result");
    Directory under =
        (Directory)
            Proxy.newProxyInstance(
                Directory.class.getClassLoader(),
                new Class<?>[] {Directory.class},
                (proxy, called, arguments) -> {
                  calls.add(new Call(called, arguments == null ? List.of() : List.of(arguments)));
                  return result;
                });
    Object[] arguments = new Object[method.getParameterCount()];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = any(method.getParameterTypes()[i], "argument" + i);
    }

    Object returned = method.invoke(new ForwardingDirectory(under) {}, arguments);

    assertThat(calls).containsExactly(new Call(method, List.of(arguments)));
    assertThat(returned).isEqualTo(result);
  }

  private static Object any(Class<?> type, String name) throws ReflectiveOperationException {
    if (type == String.class) {
      return name;
    }
    if (type == long.class) {
      return 17L;
    }
    if (type == boolean.class) {
      return true;
    }
    if (type == ByteBuffer.class) {
      return ByteBuffer.wrap(new byte[] {1});
    }
    if (type == List.class) {
      return List.of(name);
    }
    return type == void.class ? null : open(type);
  }

  private static Object open(Class<?> type) {
    return Proxy.newProxyInstance(
        type.getClassLoader(),
        new Class<?>[] {type},
        (proxy, called, arguments) -> {
          if (called.getName().equals("equals")) {
            return proxy == arguments[0];
          }
          throw new IOException("nobody asks it anything: " + called);
        });
  }
}

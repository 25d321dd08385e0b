package dev.durability.commit;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * Tells virtual threads, of Java 21 and later, from others, on Java 17 too. Made anew for each
 * writer: what an Error breaks off here is tried again at the next opening. A static initialiser
 * would stay broken.
 */
final class VirtualThreads {
  private final @Nullable MethodHandle isVirtual = find();

  private static @Nullable MethodHandle find() {
    try {
      return MethodHandles.publicLookup()
          .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
    } catch (NoSuchMethodException | IllegalAccessException before21) {
      return null;
    }
  }

  /** Whether the calling thread is one. */
  boolean isCurrent() {
    if (isVirtual == null) {
      return false;
    }
    try {
      return (boolean) isVirtual.invokeExact(Thread.currentThread());
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("Thread.isVirtual declares no exception", e);
    }
  }
}

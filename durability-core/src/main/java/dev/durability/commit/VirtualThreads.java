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
  private static final int FIRST_JAVA = 21;

  private final @Nullable MethodHandle isVirtual = find();

  private static @Nullable MethodHandle find() {
    if (Runtime.version().feature() < FIRST_JAVA) {
      return null; // To look for what is not there takes longer than all else of an opening.
    }
    try {
      return MethodHandles.publicLookup()
          .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
    } catch (NoSuchMethodException | IllegalAccessException e) {
      throw new LinkageError("Java 21 and later have it", e);
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

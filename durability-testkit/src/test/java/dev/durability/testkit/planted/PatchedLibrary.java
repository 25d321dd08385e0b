package dev.durability.testkit.planted;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The library and the workloads once more, with single instructions of the library changed. They
 * share with the classes outside {@link Hunt}, and packages that are as they are in each of them:
 * what the virtual machine has compiled of these serves all.
 */
final class PatchedLibrary extends ClassLoader {
  private static final String OWN = "dev.durability.";
  private static final String HUNT = "dev.durability.testkit.library.LibraryHunt";

  /** What refers to none of the other packages and has no patch. */
  private static final Set<String> SHARED =
      Set.of("dev.durability.errors", "dev.durability.storage", "dev.durability.testkit");

  private final Map<String, byte[]> patched = new HashMap<>();

  /**
   * Patches at once, so that a patch that does not fit fails here.
   *
   * @throws AssertionError if a patch finds more or fewer instructions than it should
   */
  PatchedLibrary(List<Patch> patches) {
    super(PatchedLibrary.class.getClassLoader());
    for (Patch patch : patches) {
      if (isShared(patch.className())) {
        throw new AssertionError(patch.className() + " is shared by all");
      }
      byte[] before = patched.get(patch.className());
      byte[] bytes = before == null ? bytesOf(patch.className()) : before;
      patched.put(patch.className(), patch.apply(bytes));
    }
  }

  Hunt hunt() {
    try {
      return (Hunt) loadClass(HUNT).getConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(OWN) || name.startsWith(Hunt.class.getName()) || isShared(name)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      byte[] known = patched.get(name);
      byte[] bytes = known == null ? bytesOf(name) : known;
      return defineClass(name, bytes, 0, bytes.length);
    }
  }

  private static boolean isShared(String className) {
    return SHARED.contains(className.substring(0, className.lastIndexOf('.')));
  }

  private byte[] bytesOf(String name) {
    String file = name.replace('.', '/') + ".class";
    try (InputStream in = getParent().getResourceAsStream(file)) {
      return Objects.requireNonNull(in, file).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

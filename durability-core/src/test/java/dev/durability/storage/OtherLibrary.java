package dev.durability.storage;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;

/** The library once more in this JVM, by a class loader of its own. */
public final class OtherLibrary implements Closeable {
  private final URLClassLoader loader;

  /** Finds the library where this class's own loader finds it. */
  public OtherLibrary() throws IOException {
    String[] places = System.getProperty("java.class.path").split(File.pathSeparator, -1);
    URL[] urls = new URL[places.length];
    for (int i = 0; i < places.length; i++) {
      urls[i] = Path.of(places[i]).toUri().toURL();
    }
    loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
  }

  /** A class of that library. */
  public Class<?> type(Class<?> ours) throws ReflectiveOperationException {
    Class<?> theirs = loader.loadClass(ours.getName());
    if (theirs == ours) {
      throw new AssertionError(ours + " is not loaded once more");
    }
    return theirs;
  }

  /** Calls a method of a directory, and closes what it returns; returns what it threw, or "". */
  String call(Path root, String method, String path) throws Exception {
    Object directory = type(FsDirectory.class).getMethod("open", Path.class).invoke(null, root);
    try {
      Object result = type(Directory.class).getMethod(method, String.class).invoke(directory, path);
      if (result instanceof Closeable open) {
        open.close();
      }
      return "";
    } catch (InvocationTargetException e) {
      return String.valueOf(e.getCause());
    }
  }

  /** Takes a lock and guards a file with it; returns what that threw, or "". */
  String guard(Path root, String lock, String path) throws Exception {
    Object directory = type(FsDirectory.class).getMethod("open", Path.class).invoke(null, root);
    Object held = type(Directory.class).getMethod("lock", String.class).invoke(directory, lock);
    try (Closeable closing = (Closeable) held) {
      type(DirectoryLock.class).getMethod("guard", String.class).invoke(closing, path);
      return "";
    } catch (InvocationTargetException e) {
      return String.valueOf(e.getCause());
    }
  }

  @Override
  public void close() throws IOException {
    loader.close();
  }
}

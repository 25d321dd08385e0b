package dev.durability.commit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.wal.WalWriter;
import java.io.Closeable;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The log's own thread finds what it needs when it begins: a class that cannot be initialised for
 * lack of memory is lost to all logs of the JVM.
 */
@Timeout(600)
class LogThreadTest {
  private static final String THREAD = "durability-wal";

  /** The library anew, in classes of its own. */
  private static final class Library extends URLClassLoader {
    private final Set<String> loadedByLogThread = ConcurrentHashMap.newKeySet();

    Library() {
      super(
          new URL[] {WalWriter.class.getProtectionDomain().getCodeSource().getLocation()},
          ClassLoader.getPlatformClassLoader());
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      if (Thread.currentThread().getName().equals(THREAD)) {
        loadedByLogThread.add(name);
      }
      return super.findClass(name);
    }

    Class<?> named(String name) throws ClassNotFoundException {
      return Class.forName("dev.durability." + name, true, this);
    }
  }

  @Test
  void loadsNoClassToLookWhatIsToBeDone() throws Exception {
    try (Library library = new Library()) {
      Class<?> directory = library.named("storage.Directory");
      Class<?> codec = library.named("codec.Codec");
      Class<?> options = library.named("wal.WalOptions");
      Class<?> writer = library.named("wal.WalWriter");
      try (Closeable log =
          (Closeable)
              writer
                  .getMethod("open", directory, codec, options)
                  .invoke(
                      null,
                      library.named("storage.MemoryDirectory").getConstructor().newInstance(),
                      library.named("codec.Codecs").getMethod("utf8").invoke(null),
                      options.getMethod("defaults").invoke(null))) {
        // The log's thread leads the round of a future: then it has looked.
        Future<?> future =
            (Future<?>) writer.getMethod("appendAsync", Object.class).invoke(log, "entry");
        assertThat(future.get()).isEqualTo(1L);
      }
      assertThat(library.loadedByLogThread).noneMatch(name -> name.matches(".*LogThread\\$.*"));
    }
  }
}

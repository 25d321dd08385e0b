package dev.durability.frame;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.wal.WalWriter;
import java.io.Closeable;
import java.net.URL;
import java.net.URLClassLoader;
import org.junit.jupiter.api.Test;

/** What closes after a failure is loaded before: loading it may fail for the same reason. */
class AfterFailureTest {

  /** The library anew, in classes of its own. */
  private static final class Library extends URLClassLoader {
    Library() {
      super(
          new URL[] {WalWriter.class.getProtectionDomain().getCodeSource().getLocation()},
          ClassLoader.getPlatformClassLoader());
    }

    boolean hasLoaded(String name) {
      return findLoadedClass(name) != null;
    }

    Class<?> named(String name) throws ClassNotFoundException {
      return Class.forName("dev.durability." + name, true, this);
    }
  }

  @Test
  void isLoadedByAnOpeningThatDoesNotFail() throws Exception {
    try (Library library = new Library()) {
      Class<?> directory = library.named("storage.Directory");
      Class<?> codec = library.named("codec.Codec");
      Class<?> options = library.named("wal.WalOptions");
      Object writer =
          library
              .named("wal.WalWriter")
              .getMethod("open", directory, codec, options)
              .invoke(
                  null,
                  library.named("storage.MemoryDirectory").getConstructor().newInstance(),
                  library.named("codec.Codecs").getMethod("utf8").invoke(null),
                  options.getMethod("defaults").invoke(null));
      ((Closeable) writer).close();
      assertThat(library.hasLoaded(AfterFailure.class.getName())).isTrue();
    }
  }
}

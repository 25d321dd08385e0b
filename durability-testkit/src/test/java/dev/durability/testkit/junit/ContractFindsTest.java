package dev.durability.testkit.junit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Directories with one mistake each, which the published contract test has to find. */
final class ContractFindsTest {

  /** A directory over one that is right, and the test that has to fail for it. */
  record Mistake(String what, String foundBy, Function<Directory, Directory> made) {
    @Override
    public String toString() {
      return what;
    }
  }

  static Stream<Mistake> mistakes() {
    return Stream.of(
        new Mistake("takes any path", "badPathIsRefusedByEveryMethod", AnyPath::new),
        new Mistake("lists unsorted", "listHoldsFilesAloneSorted", Unsorted::new),
        new Mistake("overwrites", "creatingExistingFileIsRefusedAndLeavesIt", Overwriting::new),
        new Mistake(
            "copies instead of renaming",
            "renameReplacesAndOpenHandlesOfBothStayValid",
            Copying::new),
        new Mistake("locks nothing", "lockIsExclusiveUntilItIsClosedAndItsFileStays", Open::new),
        new Mistake(
            "stops when interrupted",
            "interruptBeforeEachCallHasNoEffectAndTheFlagStays",
            Interruptible::new),
        new Mistake(
            "keeps the position after a cut",
            "truncateMovesPositionBackAndWritingGoesOnThere",
            Uncut::new),
        new Mistake(
            "reads nothing at the end",
            "readAtOrAfterTheEndIsMinusOneAndLeavesTheTarget",
            End::new));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void mistakeIsFoundByTheTestThatIsThereForIt(Mistake mistake) throws Exception {
    assertThat(failures(mistake.made)).contains(mistake.foundBy);
  }

  @Test
  void directoryThatIsRightIsNotAccused() throws Exception {
    assertThat(failures(right -> right)).isEmpty();
  }

  /** The names of the tests that fail. */
  private static Set<String> failures(Function<Directory, Directory> made) throws Exception {
    Set<String> failed = new TreeSet<>();
    int tests = 0;
    Class<?> type = ResumingDirectoryContractTest.class;
    for (; type != null; type = type.getSuperclass()) {
      for (Method method : type.getDeclaredMethods()) {
        if (method.isAnnotationPresent(Test.class)) {
          tests++;
          if (fails(method, made)) {
            failed.add(method.getName());
          }
        }
      }
    }
    assertThat(tests).isGreaterThan(40);
    return failed;
  }

  private static boolean fails(Method method, Function<Directory, Directory> made)
      throws Exception {
    ResumingDirectoryContractTest test =
        new ResumingDirectoryContractTest() {
          @Override
          protected Directory newDirectory() {
            return made.apply(new MemoryDirectory());
          }
        };
    test.makeDirectory();
    method.setAccessible(true);
    try {
      method.invoke(test);
      return false;
    } catch (InvocationTargetException e) {
      return true;
    } finally {
      test.clearInterrupt();
    }
  }

  private static final class AnyPath extends ForwardingDirectory {
    AnyPath(Directory under) {
      super(under);
    }

    @Override
    public boolean exists(String path) throws IOException {
      return super.exists(path.replaceAll("[^a-z]", "") + "a");
    }
  }

  private static final class Unsorted extends ForwardingDirectory {
    Unsorted(Directory under) {
      super(under);
    }

    @Override
    public List<String> list(String directory) throws IOException {
      List<String> names = new ArrayList<>(super.list(directory));
      Collections.reverse(names);
      return names;
    }
  }

  private static final class Overwriting extends ForwardingDirectory {
    Overwriting(Directory under) {
      super(under);
    }

    @Override
    public AppendFile create(String path, long expectedBytes) throws IOException {
      if (exists(path) && !path.equals("d")) {
        delete(path);
      }
      return super.create(path, expectedBytes);
    }
  }

  private static final class Copying extends ForwardingDirectory {
    Copying(Directory under) {
      super(under);
    }

    @Override
    public void rename(String from, String to) throws IOException {
      try (ReadFile source = open(from)) {
        ByteBuffer bytes = ByteBuffer.allocate((int) source.size());
        while (bytes.hasRemaining() && source.read(bytes, bytes.position()) >= 0) {
          // Reads may be short.
        }
        if (exists(to)) {
          delete(to);
        }
        try (AppendFile target = create(to, 0)) {
          target.write(bytes.flip());
        }
      }
      delete(from);
    }
  }

  private static final class Open extends ForwardingDirectory {
    Open(Directory under) {
      super(under);
    }

    @Override
    public DirectoryLock lock(String path) throws IOException {
      if (!exists(path)) {
        create(path, 0).close();
      }
      return new DirectoryLock() {
        @Override
        public boolean isHeld() {
          return true;
        }

        @Override
        public void close() {}
      };
    }
  }

  private static final class Interruptible extends ForwardingDirectory {
    Interruptible(Directory under) {
      super(under);
    }

    @Override
    public void sync(String directory) throws IOException {
      if (Thread.interrupted()) {
        throw new InterruptedIOException("interrupted");
      }
      super.sync(directory);
    }
  }

  private static final class Uncut extends ForwardingDirectory {
    Uncut(Directory under) {
      super(under);
    }

    @Override
    public AppendFile create(String path, long expectedBytes) throws IOException {
      AppendFile file = super.create(path, expectedBytes);
      return new AppendFile() {
        private long end;

        @Override
        public void write(ByteBuffer source) throws IOException {
          file.write(source);
          end = Math.max(end, file.position());
        }

        @Override
        public void sync() throws IOException {
          file.sync();
        }

        @Override
        public void truncate(long size) throws IOException {
          file.truncate(size);
        }

        @Override
        public long position() {
          return end;
        }

        @Override
        public void close() throws IOException {
          file.close();
        }
      };
    }
  }

  private static final class End extends ForwardingDirectory {
    End(Directory under) {
      super(under);
    }

    @Override
    public ReadFile open(String path) throws IOException {
      ReadFile file = super.open(path);
      return new ReadFile() {
        @Override
        public int read(ByteBuffer target, long position) throws IOException {
          int read = file.read(target, position);
          return position > 7 ? Math.max(read, 0) : read;
        }

        @Override
        public long size() throws IOException {
          return file.size();
        }

        @Override
        public void close() throws IOException {
          file.close();
        }
      };
    }
  }
}

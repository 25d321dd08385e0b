package dev.durability.append;

import dev.durability.errors.LockLostException;
import dev.durability.frame.AfterFailure;
import dev.durability.frame.FrameFile;
import dev.durability.segment.Background;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import dev.durability.threads.Thrown;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/**
 * The zeros after the END of a segment that was filled ahead of need. They are cut in the
 * background, once the segment's successor is durable: readers pass over them, so nobody has to
 * wait, and nothing has to be synced. Used by one thread at a time.
 */
final class Reserve {
  private final Directory directory;
  private final Background background;
  private @Nullable FrameFile ended;

  Reserve(Directory directory, Background background) {
    this.directory = directory;
    this.background = background;
  }

  /** A segment has ended with zeros after its END; they are given back later. */
  void endsIn(FrameFile segment) {
    ended = segment;
  }

  /** Starts to cut the zeros of the segment that has ended, if there is one, and closes it. */
  void giveBack() {
    FrameFile segment = ended;
    ended = null;
    if (segment != null) {
      try {
        background.executeOrRun(() -> giveBack(segment));
      } catch (Throwable e) {
        AfterFailure.close(e, segment);
        throw e;
      }
    }
  }

  private void giveBack(FrameFile segment) {
    try {
      cutAndClose(segment);
    } catch (Throwable e) {
      AfterFailure.close(e, segment);
      throw e;
    }
  }

  private void cutAndClose(FrameFile segment) {
    try (segment) {
      cut(segment);
    } catch (NoSuchFileException removed) {
      return; // The log was truncated meanwhile.
    } catch (LockLostException zerosStay) {
      return; // The next round says so.
    } catch (IOException zerosStay) {
      Thrown.report(zerosStay); // All else in the file is durable: no entry depends on it.
    }
  }

  /** Cuts the zeros, if there are any: a store that cannot cut reserves nothing. */
  void cut(FrameFile segment) throws IOException {
    if (sizeOf(segment) > segment.position()) {
      segment.cutReserve();
    }
  }

  private long sizeOf(FrameFile segment) throws IOException {
    try (ReadFile file = directory.open(segment.path())) {
      return file.size();
    }
  }
}

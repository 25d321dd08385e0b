package dev.durability.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;

/** Reads objects of an archive, and checks their hashes. */
final class ArchiveObjects {
  private static final int BUFFER_BYTES = 1 << 18;
  private static final int ATTEMPTS = 4;

  private final ArchiveStore store;
  private final Progress progress;
  private final long total;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private long done;

  ArchiveObjects(ArchiveStore store, Progress progress, long total) {
    this.store = store;
    this.progress = progress;
    this.total = total;
  }

  /** Takes bytes. */
  interface Sink {
    void take(ByteBuffer bytes) throws IOException;
  }

  long done() {
    return done;
  }

  /**
   * Reads an object. What the sink got counts only if this returns.
   *
   * @throws NoSuchFileException if it is missing
   * @throws DamagedArchiveException if it does not have its size and hash
   */
  void read(ArchivedPart object, Sink sink) throws IOException {
    MessageDigest digest = Sha256.digest();
    long at = 0;
    for (int attempt = 1; at < object.bytes(); attempt++) {
      long before = at;
      boolean isReading = true;
      try (InputStream in = store.get(object.key(), at)) {
        int count;
        do {
          count = in.read(buffer, 0, (int) Math.min(buffer.length, object.bytes() - at));
          if (count > 0) {
            at += count;
            digest.update(buffer, 0, count);
            isReading = false;
            sink.take(ByteBuffer.wrap(buffer, 0, count));
            isReading = true;
            done += count;
            progress.at(Math.min(done, total), total);
          }
        } while (count > 0);
        if (at < object.bytes()) {
          throw damaged(object, "has only " + at + " bytes");
        }
        if (in.read() >= 0) {
          throw damaged(object, "has more bytes");
        }
      } catch (NoSuchFileException | DamagedArchiveException e) {
        throw e;
      } catch (IOException e) {
        if (attempt == ATTEMPTS || !isReading) {
          throw e;
        }
        attempt = at > before ? 0 : attempt; // It goes on where it broke off.
      }
    }
    if (!Sha256.hex(digest.digest()).equals(object.sha256())) {
      throw damaged(object, "does not have its hash");
    }
  }

  private static DamagedArchiveException damaged(ArchivedPart object, String how) {
    return new DamagedArchiveException(
        object.key(), "it was stored with " + object.bytes() + " bytes and a hash, and " + how);
  }
}

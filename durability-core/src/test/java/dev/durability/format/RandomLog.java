package dev.durability.format;

import dev.durability.frame.FileHeader;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.LogBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A log as a random sequence of appends, rotations, cuts of the end, new beginnings and checkpoints
 * leaves it, encoded by hand: the files are right unless {@link LogDamage} spoils them. Not
 * thread-safe.
 */
final class RandomLog {
  static final UUID OTHER_LOG = new UUID(13, 14);
  private static final int SEGMENTS_MAX = 6;

  private record Kept(int flags, long number, long firstId, int salt) {}

  private final Map<String, byte[]> files = new TreeMap<>();
  private final Random random;
  private final LogBuilder log;
  private final List<Kept> standing = new ArrayList<>();
  private long covered;

  private RandomLog(Random random) throws IOException {
    this.random = random;
    this.log = new LogBuilder(new MemoryDirectory());
  }

  /** The files of a log, by path. */
  static Map<String, byte[]> files(Random random) throws IOException {
    RandomLog built = new RandomLog(random);
    built.build();
    return built.files;
  }

  private boolean oneIn(int count) {
    return random.nextInt(count) == 0;
  }

  private void build() throws IOException {
    first();
    int count = 1 + random.nextInt(SEGMENTS_MAX);
    for (int i = 1; i < count; i++) {
      content();
      next();
    }
    content();
    switch (random.nextInt(6)) {
      case 0 -> log.end(log.nextId() - 1);
      case 1 -> log.zeros(random.nextInt(100));
      case 2 -> log.part("torn").part("batch");
      case 3 -> log.end(log.nextId() - 1).zeros(64);
      default -> {
        // It ends with its last frame.
      }
    }
    files.put(log.path(), log.bytes());
    if (oneIn(4)) {
      spoilVoidSegments();
    }
  }

  private void first() throws IOException {
    switch (random.nextInt(6)) {
      case 0 -> start(FileHeader.COVERED, 1, 1 + random.nextInt(20), 0);
      case 1 -> {
        // What was before is truncated.
        start(0, 2, 5, 77);
        covered = 4;
        log.checkpoint(4, "");
      }
      case 2 -> start(oneIn(2) ? FileHeader.REWINDS : 0, 1, 1, 0);
      default -> start(0, 1, 1, 0);
    }
    preamble();
  }

  private void start(int flags, long number, long firstId, int previousSalt) {
    if ((flags & FileHeader.COVERED) != 0) {
      covered = Math.max(covered, firstId - 1);
    }
    standing.removeIf(kept -> kept.firstId >= firstId);
    standing.add(new Kept(flags, number, firstId, random.nextInt()));
    log.segment(flags, LogBuilder.LOG_ID, number, firstId, previousSalt, last().salt);
  }

  private Kept last() {
    return standing.get(standing.size() - 1);
  }

  private void next() throws IOException {
    Kept before = last();
    int kind = random.nextInt(8);
    if (kind > 4 && log.nextId() == before.firstId) {
      log.entry("A segment without entries has no successor without flags.");
    }
    long next = log.nextId();
    log.end(next - 1 - random.nextInt((int) Math.min(3, next)));
    files.put(log.path(), log.bytes());
    switch (kind) {
      case 0, 1, 2 -> rewind(0);
      case 3 -> start(FileHeader.COVERED, before.number + 1, next + random.nextInt(5), 0);
      case 4 -> rewind(FileHeader.COVERED);
      default -> start(0, before.number + 1, next, before.salt);
    }
    preamble();
  }

  private void rewind(int moreFlags) throws IOException {
    long lowest = covered + 1;
    long firstId = lowest + random.nextInt((int) Math.max(1, log.nextId() - lowest + 1));
    long number = last().number + 1 + (oneIn(4) ? 1 : 0);
    int flags = FileHeader.REWINDS | moreFlags;
    int previousSalt = 0;
    boolean startIsVoid = true;
    for (Kept kept : standing) {
      if (kept.firstId < firstId) {
        previousSalt = kept.salt;
        startIsVoid = false;
      } else if (kept.firstId == firstId) {
        flags |= kept.flags & FileHeader.COVERED;
      }
    }
    start(flags, number, firstId, previousSalt);
    if (startIsVoid || oneIn(2)) {
      log.checkpoint(Math.min(covered, firstId - 1), "");
    }
  }

  private void preamble() throws IOException {
    for (int i = random.nextInt(4); i > 0; i--) {
      switch (random.nextInt(6)) {
        case 0 -> log.schema("application/json", "{}");
        case 1 -> log.mark(log.nextId() - 1 - random.nextInt((int) Math.min(3, log.nextId())));
        case 2, 3 -> checkpoint(log.nextId() - 1 - random.nextInt((int) Math.min(5, log.nextId())));
        default -> {
          // Shorter.
        }
      }
    }
  }

  private void checkpoint(long last) throws IOException {
    String path =
        switch (random.nextInt(5)) {
          case 0, 1 -> checkpointPath(last);
          case 2 -> "elsewhere/c" + random.nextInt(2);
          case 3 -> "a/../b";
          default -> "";
        };
    if (!path.isEmpty() && !path.contains("..") && !files.containsKey(path) && !oneIn(4)) {
      UUID logId = oneIn(8) ? OTHER_LOG : LogBuilder.LOG_ID;
      ByteBuffer content = log.checkpointBytes(logId, oneIn(8) ? last + 1 : last);
      byte[] bytes = new byte[content.remaining()];
      content.get(bytes);
      files.put(path, bytes);
    }
    // If the path is of no use, a cut is refused for no reason here.
    covered = Math.max(covered, last);
    log.checkpoint(last, path);
  }

  private static String checkpointPath(long last) {
    return String.format(Locale.ROOT, "checkpoints/%020d.ckpt", last);
  }

  private void content() throws IOException {
    for (int i = random.nextInt(7); i > 0; i--) {
      switch (random.nextInt(12)) {
        case 0, 1, 2, 3 -> log.entry("e".repeat(random.nextInt(20)));
        case 4, 5, 6 -> {
          for (int j = 1 + random.nextInt(3); j > 0; j--) {
            log.part("p".repeat(j));
          }
          log.entry("last");
        }
        case 7, 8 -> log.mark(log.nextId() - 1 - random.nextInt((int) Math.min(4, log.nextId())));
        case 9 -> log.schema("text/plain", "x".repeat(random.nextInt(9)));
        case 10 -> checkpoint(log.nextId() - 1 - random.nextInt((int) Math.min(3, log.nextId())));
        default -> log.entry("l".repeat(oneIn(4) ? 4090 + random.nextInt(30) : 1));
      }
    }
  }

  private void spoilVoidSegments() {
    long lowest = Long.MAX_VALUE;
    List<String> names = new ArrayList<>(files.keySet());
    for (int i = names.size() - 1; i >= 0; i--) {
      String name = names.get(i);
      if (name.startsWith("wal/")) {
        long firstId = Long.parseLong(name.substring(25, 45));
        if (firstId < lowest) {
          lowest = firstId;
        } else if (oneIn(2)) {
          files.remove(name);
        } else {
          byte[] garbage = new byte[random.nextInt(200)];
          random.nextBytes(garbage);
          files.put(name, garbage);
        }
      }
    }
  }
}

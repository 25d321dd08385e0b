package dev.durability.bookkeeper;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Clock;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.zookeeper.Op;

/**
 * What nothing refers to any more, and since when. It is noted in the transaction that takes the
 * last reference away, and deleted some time later, because readers may still be at it.
 */
final class Garbage {
  private final ZkPaths paths;
  private final Clock clock;

  Garbage(ZkPaths paths, Clock clock) {
    this.paths = paths;
    this.clock = clock;
  }

  /**
   * A note.
   *
   * @param sinceMillis since when, on the clock of who noted it
   * @param inode the inode, or the empty string
   * @param ledgers ledgers that an inode no longer has
   */
  record Note(long sinceMillis, String inode, List<Long> ledgers) {
    static Note decode(byte[] data) {
      String[] words = new String(data, UTF_8).split(" ", -1);
      String[] ledgers = words[2].isEmpty() ? new String[0] : words[2].split(",", -1);
      return new Note(
          Long.parseLong(words[0]),
          words[1],
          List.of(ledgers).stream().map(Long::valueOf).toList());
    }

    byte[] encode() {
      String list = ledgers.stream().map(String::valueOf).collect(Collectors.joining(","));
      return (sinceMillis + " " + inode + " " + list).getBytes(UTF_8);
    }
  }

  /** Notes that an inode has no name any more. */
  Op inode(String inode) {
    return note(new Note(clock.millis(), inode, List.of()));
  }

  /** Notes that ledgers are no part of a file any more. */
  Op ledgers(List<Long> ledgers) {
    return note(new Note(clock.millis(), "", ledgers));
  }

  private Op note(Note note) {
    return Names.create(paths.garbage(Session.randomId()), note.encode());
  }
}

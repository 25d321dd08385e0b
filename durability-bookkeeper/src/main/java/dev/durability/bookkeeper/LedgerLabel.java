package dev.durability.bookkeeper;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.bookkeeper.client.api.LedgerMetadata;
import org.jspecify.annotations.Nullable;

/**
 * What the newest ledger of a file says of the file, so that names and layers can be made again if
 * ZooKeeper's are lost. It is changed with the file, unlike {@link LedgerTags}.
 *
 * @param name the file's path
 * @param epoch how often the locks that were held then had been taken: what was said later counts
 * @param below the layers under this ledger, without their locks
 * @param limit the limit of this ledger's layer
 * @param state what became of it
 */
record LedgerLabel(String name, long epoch, List<Layer> below, long limit, State state) {
  private static final String UNLIMITED = "-";

  /** What became of a ledger. */
  enum State {
    /** A file has it. */
    USED,
    /** Its file was cut, and does not have it any more. */
    CUT_OFF,
    /** Its file has no name any more. */
    DELETED
  }

  LedgerLabel {
    below = List.copyOf(below);
  }

  static LedgerLabel of(String name, long epoch, List<Layer> below) {
    return new LedgerLabel(name, epoch, below, Long.MAX_VALUE, State.USED);
  }

  LedgerLabel named(String other, long inEpoch) {
    return isLater(inEpoch) ? this : new LedgerLabel(other, inEpoch, below, limit, state);
  }

  LedgerLabel cut(List<Layer> newBelow, long newLimit, long inEpoch) {
    return isLater(inEpoch) ? this : new LedgerLabel(name, inEpoch, newBelow, newLimit, state);
  }

  LedgerLabel now(State other, long inEpoch) {
    return isLater(inEpoch) ? this : new LedgerLabel(name, inEpoch, below, limit, other);
  }

  /** Whether another writer, which took the lock over, has said something since. */
  private boolean isLater(long inEpoch) {
    return epoch > inEpoch;
  }

  /** Puts it into tags. */
  Map<String, byte[]> into(Map<String, byte[]> tags) {
    Map<String, byte[]> all = new HashMap<>(tags);
    List<String> layers = new ArrayList<>();
    for (Layer layer : below) {
      layers.add(layer.ledger() + ":" + layer.start() + ":" + limit(layer.limit()));
    }
    all.put("name", name.getBytes(UTF_8));
    all.put("epoch", Long.toString(epoch).getBytes(UTF_8));
    all.put("below", String.join(",", layers).getBytes(UTF_8));
    all.put("limit", limit(limit).getBytes(UTF_8));
    all.put("state", state.name().getBytes(UTF_8));
    return all;
  }

  private static String limit(long limit) {
    return limit == Long.MAX_VALUE ? UNLIMITED : Long.toString(limit);
  }

  private static long limit(String text) {
    return text.equals(UNLIMITED) ? Long.MAX_VALUE : Long.parseLong(text);
  }

  /** Reads it, null if there is none. */
  static @Nullable LedgerLabel of(LedgerMetadata ledger) {
    return from(ledger.getCustomMetadata());
  }

  static @Nullable LedgerLabel from(Map<String, byte[]> tags) {
    try {
      List<Layer> below = new ArrayList<>();
      for (String layer : text(tags, "below").split(",", -1)) {
        String[] words = layer.split(":", -1);
        if (words.length == 3) {
          below.add(
              new Layer(
                  Long.parseLong(words[0]), Long.parseLong(words[1]), limit(words[2]), List.of()));
        }
      }
      return new LedgerLabel(
          text(tags, "name"),
          Long.parseLong(text(tags, "epoch")),
          below,
          limit(text(tags, "limit")),
          State.valueOf(text(tags, "state")));
    } catch (IllegalArgumentException another) {
      return null; // Not ours, or of an earlier version.
    }
  }

  private static String text(Map<String, byte[]> tags, String tag) {
    byte[] value = tags.get(tag);
    return value == null ? "" : new String(value, UTF_8);
  }
}

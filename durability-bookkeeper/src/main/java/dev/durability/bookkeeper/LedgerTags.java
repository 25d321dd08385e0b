package dev.durability.bookkeeper;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What each ledger says of itself, so that ledgers without a file are told from those of others,
 * and names can be made again if ZooKeeper's are lost.
 *
 * @param root the root of the directory
 * @param inode the file
 * @param path the file's path when the ledger was made
 * @param start the offset in the file of the ledger's first byte
 * @param client the mark of the directory object that made it
 * @param locks the locks that were held, with commas between them
 */
record LedgerTags(String root, String inode, String path, long start, String client, String locks) {
  private static final String APPLICATION = "application";
  private static final String DURABILITY = "durability";

  Map<String, byte[]> encode() {
    Map<String, byte[]> tags = new HashMap<>();
    tags.put(APPLICATION, DURABILITY.getBytes(UTF_8));
    tags.put("root", root.getBytes(UTF_8));
    tags.put("inode", inode.getBytes(UTF_8));
    tags.put("path", path.getBytes(UTF_8));
    tags.put("start", Long.toString(start).getBytes(UTF_8));
    tags.put("client", client.getBytes(UTF_8));
    tags.put("locks", locks.getBytes(UTF_8));
    return tags;
  }

  /** Reads tags, null if the ledger is not of a directory like this. */
  static @Nullable LedgerTags decode(Map<String, byte[]> tags) {
    if (!DURABILITY.equals(text(tags, APPLICATION))) {
      return null;
    }
    try {
      return new LedgerTags(
          text(tags, "root"),
          text(tags, "inode"),
          text(tags, "path"),
          Long.parseLong(text(tags, "start")),
          text(tags, "client"),
          text(tags, "locks"));
    } catch (NumberFormatException another) {
      return null;
    }
  }

  private static String text(Map<String, byte[]> tags, String tag) {
    byte[] value = tags.get(tag);
    return value == null ? "" : new String(value, UTF_8);
  }
}

package dev.durability.bookkeeper;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.durability.errors.FormatException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A file without its name, as it is in ZooKeeper: lines of text, so that an operator can read it.
 *
 * <pre>{@code
 * durability-file 1
 * created wal/00000000000000000001.wal.tmp
 * layer 17 0 - wal/.lock
 * }</pre>
 *
 * A layer has its ledger, its start, its limit, and the locks of its writer. Names are encoded as
 * in paths of ZooKeeper.
 *
 * @param created the path that the file was created under
 * @param layers its content
 */
record Inode(String created, Layers layers) {
  private static final String VERSION = "durability-file 1";

  Inode with(Layers other) {
    return new Inode(created, other);
  }

  byte[] encode() {
    StringBuilder text = new StringBuilder(VERSION).append("\ncreated ");
    text.append(ZkPaths.encode(created)).append('\n');
    for (Layer layer : layers.all()) {
      text.append("layer ").append(layer.ledger()).append(' ').append(layer.start()).append(' ');
      text.append(layer.limit() == Long.MAX_VALUE ? "-" : Long.toString(layer.limit()));
      for (String lock : layer.locks()) {
        text.append(' ').append(ZkPaths.encode(lock));
      }
      text.append('\n');
    }
    return text.toString().getBytes(UTF_8);
  }

  static Inode decode(byte[] bytes, String node) throws FormatException {
    String[] lines = new String(bytes, UTF_8).split("\n", -1);
    if (lines.length < 3 || !lines[0].equals(VERSION) || !lines[1].startsWith("created ")) {
      throw unknown(node, lines[0]);
    }
    List<Layer> layers = new ArrayList<>();
    for (String line : Arrays.asList(lines).subList(2, lines.length - 1)) {
      layers.add(layer(line, node));
    }
    try {
      return new Inode(ZkPaths.decode(lines[1].substring(8)), new Layers(layers));
    } catch (IllegalArgumentException e) {
      throw unknown(node, lines[1]);
    }
  }

  private static Layer layer(String line, String node) throws FormatException {
    String[] words = line.split(" ", -1);
    if (words.length < 4 || !words[0].equals("layer")) {
      throw unknown(node, line);
    }
    try {
      List<String> locks = new ArrayList<>();
      for (int i = 4; i < words.length; i++) {
        locks.add(ZkPaths.decode(words[i]));
      }
      return new Layer(
          Long.parseLong(words[1]),
          Long.parseLong(words[2]),
          words[3].equals("-") ? Long.MAX_VALUE : Long.parseLong(words[3]),
          locks);
    } catch (IllegalArgumentException e) {
      throw unknown(node, line);
    }
  }

  private static FormatException unknown(String node, String line) {
    return new FormatException(
        "the node "
            + node
            + " in ZooKeeper has \""
            + line
            + "\", which this version does not know: a newer version, or another program, wrote it."
            + " Use the version that wrote it, or another root");
  }
}

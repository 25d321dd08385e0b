package dev.durability.bookkeeper.cluster;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;

/**
 * The file {@code cluster.properties}: which nodes there are, or were, and their ports. A port of a
 * bookie that is gone stays in it, so that no other bookie gets it: one that comes up empty at the
 * address of another can lose what was acknowledged (bookkeeper#4812).
 *
 * <p>Not safe for several threads.
 */
final class ClusterFile {
  static final String NAME = "cluster.properties";

  private static final String FORMAT = "format";
  private static final String FORMAT_1 = "1";
  private static final String ZOOKEEPER = "zookeeper.";
  private static final String BOOKIE = "bookie.";
  private static final String GONE = "gone.";
  private static final String MADE = "ledgers";

  private final Path path;
  private final Properties properties;

  private ClusterFile(Path path, Properties properties) {
    this.path = path;
    this.properties = properties;
  }

  /** The ports of a node of ZooKeeper: for clients, for followers, and for elections. */
  record ZooKeeperPorts(int client, int quorum, int election) {}

  /** Reads it, or begins an empty one. */
  static ClusterFile open(Path directory) throws IOException {
    Path path = directory.resolve(NAME);
    Properties properties = new Properties();
    if (Files.exists(path)) {
      try (Reader in = Files.newBufferedReader(path)) {
        properties.load(in);
      } catch (IllegalArgumentException e) {
        throw new IOException(path + " cannot be read: " + e.getMessage(), e);
      }
      if (!FORMAT_1.equals(properties.getProperty(FORMAT))) {
        throw new IOException(
            path + " is not of format " + FORMAT_1 + ": it was not written by" + " this version");
      }
    } else {
      properties.setProperty(FORMAT, FORMAT_1);
    }
    return new ClusterFile(path, properties);
  }

  /** The nodes of ZooKeeper, by number from 1 on. */
  List<ZooKeeperPorts> zooKeepers() throws IOException {
    List<ZooKeeperPorts> found = new ArrayList<>();
    while (true) {
      String key = ZOOKEEPER + (found.size() + 1);
      String value = properties.getProperty(key);
      if (value == null) {
        return found;
      }
      int[] ports = ports(key, value);
      if (ports.length != 3) {
        throw new IOException(path + ": " + key + " must be three ports, not " + value);
      }
      found.add(new ZooKeeperPorts(ports[0], ports[1], ports[2]));
    }
  }

  /** The numbers of the bookies that are not gone, in the order of their age. */
  List<Integer> bookies() {
    List<Integer> found = new ArrayList<>();
    for (int number = 1; number < nextBookie(); number++) {
      if (properties.containsKey(BOOKIE + number)) {
        found.add(number);
      }
    }
    return found;
  }

  int bookiePort(int number) throws IOException {
    String key = BOOKIE + number;
    return ports(key, properties.getProperty(key, ""))[0];
  }

  /** The number of the bookie that comes next; never that of one that is gone. */
  int nextBookie() {
    int number = 1;
    while (properties.containsKey(BOOKIE + number) || properties.containsKey(GONE + number)) {
      number++;
    }
    return number;
  }

  /** All ports that are, or were, those of a node. */
  Set<Integer> ports() throws IOException {
    Set<Integer> all = new HashSet<>();
    for (String key : properties.stringPropertyNames()) {
      if (key.startsWith(ZOOKEEPER) || key.startsWith(BOOKIE) || key.startsWith(GONE)) {
        Arrays.stream(ports(key, properties.getProperty(key))).forEach(all::add);
      }
    }
    return all;
  }

  void addZooKeeper(ZooKeeperPorts ports) throws IOException {
    int number = zooKeepers().size() + 1;
    properties.setProperty(
        ZOOKEEPER + number, ports.client() + " " + ports.quorum() + " " + ports.election());
  }

  void addBookie(int port) {
    properties.setProperty(BOOKIE + nextBookie(), Integer.toString(port));
  }

  /** Keeps its number and port from being used again. */
  void removeBookie(int number) {
    Object port = properties.remove(BOOKIE + number);
    if (port != null) {
      properties.setProperty(GONE + number, (String) port);
    }
  }

  /** Whether ZooKeeper knows the cluster of ledgers. */
  boolean hasLedgers() {
    return properties.containsKey(MADE);
  }

  void setHasLedgers() {
    properties.setProperty(MADE, "made");
  }

  /** Writes it under another name first, so that a crash leaves the old one or the new one. */
  void save() throws IOException {
    StringWriter lines = new StringWriter();
    properties.stringPropertyNames().stream()
        .sorted()
        .forEach(key -> lines.append(key + "=" + properties.getProperty(key) + "\n"));
    Path temporary = path.resolveSibling(NAME + ".tmp");
    Files.writeString(temporary, lines.toString(), StandardCharsets.UTF_8);
    Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
  }

  private int[] ports(String key, String value) throws IOException {
    try {
      return Arrays.stream(value.split(" ", -1)).mapToInt(Integer::parseInt).toArray();
    } catch (NumberFormatException e) {
      throw new IOException(path + ": " + key + " must be ports, not '" + value + "'", e);
    }
  }
}

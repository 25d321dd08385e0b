package dev.durability.cli;

import dev.durability.storage.Directory;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * The address of a log on BookKeeper: that of the store, and the name of the log in it.
 *
 * @param log the address of the log: {@code bk://HOST:PORT,…/ROOT/NAME?…}
 * @param client settings of BookKeeper's client
 */
record StoreAddress(String log, Properties client) {
  static final String SCHEME = "bk://";

  private static final String KEY = "store";
  private static final String METADATA_SERVICE = "zk";
  private static final String OTHER_SCHEME = "[A-Za-z][A-Za-z0-9+.-]*://.*";

  /**
   * Reads what was given on the command line.
   *
   * @param store an address, or the name of a file with one
   * @param name the name of the log in the store
   * @throws UsageException if it is neither
   * @throws IOException if the file cannot be read
   */
  static StoreAddress of(String store, String name) throws IOException {
    if (store.startsWith(SCHEME)) {
      return new StoreAddress(join(store, name), new Properties());
    }
    if (store.matches(OTHER_SCHEME)) {
      throw new UsageException(
          store
              + " is no address of a store: "
              + (store.startsWith(METADATA_SERVICE) ? fromMetadataService(store) : SCHEME + "…")
              + " is one");
    }
    Path file = Path.of(store);
    Properties properties = new Properties();
    try (Reader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(in);
    } catch (IllegalArgumentException e) {
      throw new UsageException(file + " is no file of properties: " + e.getMessage());
    }
    if (properties.remove(KEY) instanceof String address && address.startsWith(SCHEME)) {
      return new StoreAddress(join(address, name), properties);
    }
    throw new UsageException(file + " has no line " + KEY + "=" + SCHEME + "…");
  }

  /** What an operator of BookKeeper has at hand, as an address of ours. */
  private static String fromMetadataService(String uri) {
    String rest = uri.substring(uri.indexOf("://") + "://".length());
    int slash = rest.indexOf('/');
    String hosts = (slash < 0 ? rest : rest.substring(0, slash)).replace(';', ',');
    String ledgers = slash < 0 ? "" : "?ledgers=" + rest.substring(slash);
    return SCHEME + hosts + "/durability" + ledgers;
  }

  private static String join(String store, String name) {
    int query = store.indexOf('?');
    String place = query < 0 ? store : store.substring(0, query);
    String parameters = query < 0 ? "" : store.substring(query);
    String separator = place.endsWith("/") ? "" : "/";
    return place + separator + name + parameters;
  }

  /**
   * Connects.
   *
   * @param exists whether the log has to be there; otherwise its root is created if it is missing
   * @throws java.nio.file.NoSuchFileException if it has to be there and is not
   * @throws UsageException if the address is wrong, or BookKeeper's jars are not there
   * @throws IOException if the store cannot be reached
   */
  Directory open(CommandIo io, boolean exists) throws IOException {
    BookKeeperJars.require(SCHEME);
    return BookKeeperStore.open(this, io, exists);
  }

  @Override
  public String toString() {
    return log;
  }
}

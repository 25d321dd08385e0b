package dev.durability.cli;

import dev.durability.bookkeeper.BookKeeperDirectory;
import dev.durability.bookkeeper.BookKeeperOptions;
import dev.durability.bookkeeper.Swept;
import dev.durability.storage.Directory;
import java.io.IOException;
import org.apache.bookkeeper.conf.ClientConfiguration;

/** Connects to logs on BookKeeper. Loaded only if its jars are there. */
final class BookKeeperStore {

  private BookKeeperStore() {}

  /** Connects to a log. The directory has to be closed. */
  static BookKeeperDirectory open(StoreAddress address, CommandIo io, boolean exists)
      throws IOException {
    BookKeeperOptions options;
    try {
      options =
          BookKeeperOptions.parse(address.log()).toBuilder()
              .client(configuration -> configure(configuration, address))
              .warnings(warning -> io.err().println("durability: " + warning))
              .build();
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    return exists ? BookKeeperDirectory.openExisting(options) : BookKeeperDirectory.open(options);
  }

  private static void configure(ClientConfiguration configuration, StoreAddress address) {
    for (String key : address.client().stringPropertyNames()) {
      configuration.setProperty(key, address.client().getProperty(key));
    }
  }

  /** Gives files their names again, and says how many. */
  static String rebuildNames(Directory directory) throws IOException {
    int count = ((BookKeeperDirectory) directory).rebuildNames();
    return "files that have their names again: " + count + System.lineSeparator();
  }

  /** Deletes ledgers that no file has, and says how many. */
  static String sweep(Directory directory) throws IOException {
    Swept swept = ((BookKeeperDirectory) directory).sweep();
    return "deleted "
        + swept.ledgers()
        + " ledgers of "
        + swept.files()
        + " deleted files, and "
        + swept.orphans()
        + " that never had a file"
        + System.lineSeparator();
  }
}

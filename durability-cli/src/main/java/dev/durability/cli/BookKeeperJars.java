package dev.durability.cli;

/** Looks whether the jars of BookKeeper are there: the program carries them, but apart. */
final class BookKeeperJars {

  private BookKeeperJars() {}

  /**
   * Refuses what needs them if they are not there.
   *
   * @param what what needs them
   */
  static void require(String what) {
    for (String name :
        new String[] {
          "dev.durability.bookkeeper.BookKeeperDirectory",
          "dev.durability.bookkeeper.cluster.LocalCluster",
          "org.apache.bookkeeper.client.api.BookKeeper"
        }) {
      try {
        Class<?> unused = Class.forName(name, false, BookKeeperJars.class.getClassLoader());
      } catch (ClassNotFoundException e) {
        throw new UsageException(
            what
                + " needs the jars of BookKeeper, which are not on the class path: start the"
                + " program with the launcher ./durability, or add the jars of its directory"
                + " bookkeeper to the class path");
      }
    }
  }
}

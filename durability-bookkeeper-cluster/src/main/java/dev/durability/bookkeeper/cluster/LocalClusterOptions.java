package dev.durability.bookkeeper.cluster;

import java.time.Duration;

/** What a {@link LocalCluster} consists of. Immutable. */
public final class LocalClusterOptions {
  private final boolean processes;
  private final int zooKeepers;
  private final int bookies;
  private final boolean autoRecovery;
  private final Duration bookieSession;
  private final Duration patience;

  private LocalClusterOptions(
      boolean processes,
      int zooKeepers,
      int bookies,
      boolean autoRecovery,
      Duration bookieSession,
      Duration patience) {
    this.processes = processes;
    this.zooKeepers = zooKeepers;
    this.bookies = bookies;
    this.autoRecovery = autoRecovery;
    this.bookieSession = bookieSession;
    this.patience = patience;
  }

  /**
   * All nodes in this virtual machine, which starts within about two seconds. They cannot be killed
   * or paused.
   *
   * @return options with the defaults
   */
  public static LocalClusterOptions inThisJvm() {
    return new LocalClusterOptions(
        false, 3, 4, false, Duration.ofSeconds(10), Duration.ofSeconds(60));
  }

  /**
   * Each node in a process of its own.
   *
   * @return options with the defaults
   */
  public static LocalClusterOptions ofProcesses() {
    return new LocalClusterOptions(
        true, 3, 4, false, Duration.ofSeconds(10), Duration.ofSeconds(120));
  }

  /**
   * How many nodes ZooKeeper has: 3 unless said otherwise. A directory that held a cluster before
   * keeps its number.
   *
   * @param count how many
   * @return these options with that number
   * @throws IllegalArgumentException unless it is odd and between 1 and 7
   */
  public LocalClusterOptions zooKeepers(int count) {
    if (count < 1 || count > 7 || count % 2 == 0) {
      throw new IllegalArgumentException("an ensemble has 1, 3, 5 or 7 nodes, not " + count);
    }
    return new LocalClusterOptions(
        processes, count, bookies, autoRecovery, bookieSession, patience);
  }

  /**
   * How many bookies there are: 4 unless said otherwise, so that one may go while ledgers of three
   * replicas are made. A directory that held a cluster before keeps its bookies, and gets new ones
   * if fewer than this are left.
   *
   * @param count how many
   * @return these options with that number
   * @throws IllegalArgumentException unless it is between 1 and 20
   */
  public LocalClusterOptions bookies(int count) {
    if (count < 1 || count > 20) {
      throw new IllegalArgumentException("1 to 20 bookies, not " + count);
    }
    return new LocalClusterOptions(
        processes, zooKeepers, count, autoRecovery, bookieSession, patience);
  }

  /**
   * Bookies also copy what lost a replica because another bookie is gone, as those of a deployment
   * do. Without it, nothing is copied.
   *
   * @return these options with that
   */
  public LocalClusterOptions withAutoRecovery() {
    return new LocalClusterOptions(processes, zooKeepers, bookies, true, bookieSession, patience);
  }

  /**
   * How long a bookie that died stays registered: 10 seconds unless said otherwise, as is
   * BookKeeper's default.
   *
   * @param time its session
   * @return these options with that time
   * @throws IllegalArgumentException unless it is between 1 and 60 seconds
   */
  public LocalClusterOptions bookieSession(Duration time) {
    if (time.compareTo(Duration.ofSeconds(1)) < 0 || time.compareTo(Duration.ofSeconds(60)) > 0) {
      throw new IllegalArgumentException("a session lasts 1 to 60 seconds, not " + time);
    }
    return new LocalClusterOptions(processes, zooKeepers, bookies, autoRecovery, time, patience);
  }

  /**
   * How long starting waits for the nodes before it fails: 60 seconds in this virtual machine and
   * 120 seconds for processes, unless said otherwise.
   *
   * @param time for how long
   * @return these options with that time
   * @throws IllegalArgumentException if it is not positive
   */
  public LocalClusterOptions patience(Duration time) {
    if (time.isNegative() || time.isZero()) {
      throw new IllegalArgumentException("patience must be positive, not " + time);
    }
    return new LocalClusterOptions(
        processes, zooKeepers, bookies, autoRecovery, bookieSession, time);
  }

  boolean hasProcesses() {
    return processes;
  }

  int zooKeepers() {
    return zooKeepers;
  }

  int bookies() {
    return bookies;
  }

  boolean hasAutoRecovery() {
    return autoRecovery;
  }

  Duration bookieSession() {
    return bookieSession;
  }

  Duration patience() {
    return patience;
  }
}

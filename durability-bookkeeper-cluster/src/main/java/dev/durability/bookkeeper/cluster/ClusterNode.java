package dev.durability.bookkeeper.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * A node of a {@link LocalCluster}: one of ZooKeeper, or a bookie. Safe for many threads, but calls
 * wait for each other.
 */
public final class ClusterNode {
  private final String name;
  private final Role role;
  private final String address;
  private final Path directory;
  private final NodeServer server;
  private final LocalCluster cluster;
  private final ReentrantLock lock = new ReentrantLock();

  ClusterNode(
      String name,
      Role role,
      String address,
      Path directory,
      NodeServer server,
      LocalCluster cluster) {
    this.name = name;
    this.role = role;
    this.address = address;
    this.directory = directory;
    this.server = server;
    this.cluster = cluster;
  }

  /** {@return its name, such as {@code bookie-1}} */
  public String name() {
    return name;
  }

  /**
   * {@return the address that clients reach it at; of a bookie, this is its id in BookKeeper, too}
   */
  public String address() {
    return address;
  }

  /** {@return where its files are: its disk} */
  public Path directory() {
    return directory;
  }

  /** {@return whether it runs; a node that is paused does} */
  public boolean isRunning() {
    lock.lock();
    try {
      return server.isRunning();
    } finally {
      lock.unlock();
    }
  }

  /** {@return the id of its process; empty if it does not run, or runs in this virtual machine} */
  public OptionalLong pid() {
    lock.lock();
    try {
      return server.pid();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Starts it again, on what its disk holds. A bookie that was killed waits until its former
   * registration has ended.
   *
   * @throws IOException if it does not start; it does not run then
   * @throws IllegalStateException if it runs, or has lost its disk
   */
  public void start() throws IOException {
    lock.lock();
    try {
      begin();
      awaitReady(Waiting.deadlineNanos(cluster.options().patience()));
    } catch (IOException e) {
      stopAfter(e);
      throw e;
    } finally {
      lock.unlock();
    }
  }

  /** Returns before it has started. */
  void begin() throws IOException {
    lock.lock();
    try {
      if (server.isRunning()) {
        throw new IllegalStateException(name + " runs already");
      }
      if (!Files.isDirectory(directory)) {
        throw new IllegalStateException(
            name + " has lost its disk, and never comes back at " + address + ": add a bookie");
      }
      server.start();
    } finally {
      lock.unlock();
    }
  }

  void awaitReady(long deadlineNanos) throws IOException {
    lock.lock();
    try {
      if (!Waiting.until(deadlineNanos, server::isReady)) {
        throw new IOException("it has not started in time");
      }
      if (role == Role.ZOOKEEPER) {
        ZooKeeperClient.awaitAnswer(address, deadlineNanos, server::isReady);
      }
    } catch (IOException e) {
      throw new IOException(name + " at " + address + " does not start: " + e.getMessage(), e);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends it in order: a bookie ends its registration. Does nothing if it does not run.
   *
   * @throws IOException if its process cannot be reached; it may run then
   */
  public void stop() throws IOException {
    lock.lock();
    try {
      server.stop();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends its process with SIGKILL, and returns when it has ended. A bookie stays registered until
   * its session ends.
   *
   * @throws IOException if its process cannot be reached; it may run then
   * @throws UnsupportedOperationException if it runs in this virtual machine
   */
  public void kill() throws IOException {
    lock.lock();
    try {
      server.kill();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Stops its process with SIGSTOP: it does nothing until {@link #resume}, and its connections stay
   * open.
   *
   * @throws IOException if it does not run
   * @throws UnsupportedOperationException if it runs in this virtual machine, or there are no
   *     signals
   */
  public void pause() throws IOException {
    lock.lock();
    try {
      server.signal("STOP");
    } finally {
      lock.unlock();
    }
  }

  /**
   * Lets it go on after {@link #pause}, with SIGCONT.
   *
   * @throws IOException if it does not run
   * @throws UnsupportedOperationException if it runs in this virtual machine, or there are no
   *     signals
   */
  public void resume() throws IOException {
    lock.lock();
    try {
      server.signal("CONT");
    } finally {
      lock.unlock();
    }
  }

  /**
   * Deletes all files of a bookie that does not run, as if its disk was gone. It cannot be started
   * again, and no other gets its address: {@link LocalCluster#addBookie} adds one.
   *
   * @throws IOException if a file cannot be deleted
   * @throws IllegalStateException if it runs, or is a node of ZooKeeper
   */
  public void removeDisk() throws IOException {
    lock.lock();
    try {
      if (role != Role.BOOKIE) {
        throw new IllegalStateException(name + " is no bookie");
      }
      if (server.isRunning()) {
        throw new IllegalStateException(name + " runs: kill it first");
      }
      cluster.forget(this);
      delete(directory);
    } finally {
      lock.unlock();
    }
  }

  private static void delete(Path directory) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(directory)) {
      files = all.sorted(Comparator.reverseOrder()).toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    for (Path file : files) {
      Files.delete(file);
    }
  }

  private void stopAfter(IOException failure) {
    try {
      server.stop();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /** {@return its name and its address} */
  @Override
  public String toString() {
    return name + " at " + address;
  }
}

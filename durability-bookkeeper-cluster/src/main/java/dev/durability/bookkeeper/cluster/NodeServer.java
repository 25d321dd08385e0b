package dev.durability.bookkeeper.cluster;

import java.io.IOException;
import java.util.OptionalLong;

/** What runs a node: this virtual machine, or a process. Not safe for several threads. */
interface NodeServer {

  /** Begins to start it; {@link #isReady} tells when it has started. */
  void start() throws IOException;

  /**
   * Whether it has started. Waits for nothing.
   *
   * @throws IOException if it ended instead
   */
  boolean isReady() throws IOException;

  boolean isRunning();

  /** Ends it in order, so that it says goodbye to the others. */
  void stop() throws IOException;

  /** SIGKILL. */
  void kill() throws IOException;

  /** Sends a signal by its name, such as STOP. */
  void signal(String name) throws IOException;

  OptionalLong pid();
}

package dev.durability.bookkeeper.cluster;

/** A server that runs in this virtual machine. */
interface Service {

  /** Whether it still runs. */
  boolean isRunning();

  /** Returns once it runs no more, for whatever reason. */
  void awaitEnd() throws InterruptedException;

  /** Ends it, and returns when it has ended. */
  void stop();
}

package dev.durability.bookkeeper.benchmark;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/** What is measured. Appending is for any thread. */
interface Subject extends AutoCloseable {

  /** Appends, and waits until the bookies have confirmed it. */
  void append(byte[] entry) throws Exception;

  /** Appends; gives the room back once the bookies have confirmed it. */
  CompletableFuture<?> send(byte[] entry, Semaphore room) throws Exception;

  /** Ends the writing, and reads all from the bookies. Returns the bytes of the entries. */
  long read() throws Exception;
}

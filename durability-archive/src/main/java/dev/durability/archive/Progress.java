package dev.durability.archive;

/** Is told how far a long call has come. */
@FunctionalInterface
public interface Progress {
  /** Looks away. */
  Progress NONE = (done, total) -> {};

  /**
   * Some bytes more are done. Called often, on the thread of the call.
   *
   * @param doneBytes how many bytes are done
   * @param totalBytes how many there are
   */
  void at(long doneBytes, long totalBytes);
}

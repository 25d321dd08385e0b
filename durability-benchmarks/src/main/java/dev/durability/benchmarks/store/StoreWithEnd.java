package dev.durability.benchmarks.store;

/** A store whose last entries can be removed all at once, as if they had never been appended. */
public interface StoreWithEnd extends Store {

  /** {@return what is promised when {@link #cutAfter} returned, and by which calls} */
  String cutting();

  /**
   * Removes all entries but the first ones. When this returns, the removal survives the loss of
   * power; the next append follows the last entry that is left, and takes the place of the first
   * that was removed. One thread, while no other appends.
   *
   * @param entries how many stay, at least one and fewer than there are
   * @throws Exception if that fails
   */
  void cutAfter(long entries) throws Exception;
}

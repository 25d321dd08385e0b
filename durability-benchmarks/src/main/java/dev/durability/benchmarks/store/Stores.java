package dev.durability.benchmarks.store;

import dev.durability.benchmarks.CannotRunException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The peers. */
public final class Stores {
  private static final String ZEEBE = "dev.durability.benchmarks.store.ZeebeStore";

  private Stores() {}

  /** {@return the peers that many threads can append to, none of them open} */
  public static List<Store> peers() {
    List<Store> peers = new ArrayList<>();
    peers.add(ArtemisStore.withBufferTimeout());
    peers.add(ArtemisStore.withoutBufferTimeout());
    peers.add(new RocksStore());
    peers.add(new MvStore());
    peers.add(new SqliteStore());
    peers.add(zeebe());
    return peers;
  }

  /** {@return all peers, for one thread} */
  public static List<Store> peersOfOneThread() {
    List<Store> peers = peers();
    peers.add(new ChronicleStore());
    return peers;
  }

  /** {@return the peers that find an entry by its number without reading those before it} */
  public static List<StoreById> peersById() {
    return List.of(new RocksStore(), new ChronicleStore());
  }

  /**
   * {@return the peers that remove the last entries at once and durably} Artemis deletes record by
   * record, and Chronicle Queue cannot delete.
   */
  public static List<StoreWithEnd> peersWithEnd() {
    return List.of(new RocksStore(), new MvStore(), new SqliteStore(), zeebe());
  }

  /**
   * {@return the peers in which a value can be looked at and then changed, none of them open} Logs
   * cannot. EclipseStore is there twice: it promises no durability by itself.
   */
  public static List<Accounts> peersWithAccounts() {
    return List.of(
        new PrevaylerAccounts(),
        EclipseAccounts.synced(),
        EclipseAccounts.byDefault(),
        new LockedAccounts(new RocksStore()),
        new LockedAccounts(new MvStore()),
        new SqliteAccounts());
  }

  /** {@return the peers that have their state in memory from a log of changes} */
  public static List<Kept> peersWithLog() {
    return List.of(new PrevaylerKept(true));
  }

  /** {@return the peers that have their state in memory from a copy of it} */
  public static List<Kept> peersWithCopy() {
    return List.of(new PrevaylerKept(false), new EclipseKept());
  }

  private static StoreWithEnd zeebe() {
    try {
      return Class.forName(ZEEBE).asSubclass(StoreWithEnd.class).getConstructor().newInstance();
    } catch (ReflectiveOperationException | UnsupportedClassVersionError e) {
      return new Missing(
          "Zeebe journal", "needs Java 21 or later, here is " + Runtime.version().feature());
    }
  }

  /** A peer whose library is not there. */
  private record Missing(String name, String why) implements StoreWithEnd {
    @Override
    public String guarantee(Promise promise) {
      return "";
    }

    @Override
    public void open(Path directory, Promise promise) throws CannotRunException {
      throw new CannotRunException(why);
    }

    @Override
    public void append(byte[] payload) {
      throw new IllegalStateException(why);
    }

    @Override
    public String cutting() {
      return "";
    }

    @Override
    public void cutAfter(long entries) {
      throw new IllegalStateException(why);
    }

    @Override
    public long replay() {
      throw new IllegalStateException(why);
    }

    @Override
    public void settle() {}

    @Override
    public void close() {}
  }
}

package dev.durability.bookkeeper;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.bookkeeper.conf.ClientConfiguration;

/**
 * Where the ledgers and the names of a {@link BookKeeperDirectory} are, and how they are written.
 * Immutable and checked when built.
 *
 * <p>{@link #parse} reads them from an address:
 *
 * <pre>{@code
 * bk://zk1:2181,zk2:2181,zk3:2181/durability/orders?session=10s&takeOver=at-once
 * }</pre>
 *
 * <p>The host names are those of ZooKeeper, the path is the root of this directory in ZooKeeper.
 * Parameters: {@code ledgers}, {@code ensemble}, {@code writeQuorum}, {@code ackQuorum}, {@code
 * session}, {@code takeOver} ({@code after-session} or {@code at-once}), {@code keepDeleted}.
 * Durations have a unit: {@code 500ms}, {@code 10s}, {@code 5m}, {@code 1h}.
 */
public final class BookKeeperOptions {
  static final int OUTSTANDING_BYTES_MAX = 8 << 20;

  private final String servers;
  private final String root;
  private final String ledgersRoot;
  private final int ensembleSize;
  private final int writeQuorum;
  private final int ackQuorum;
  private final Duration sessionTimeout;
  private final Duration keepDeleted;
  private final TakeOver takeOver;
  private final int outstandingBytesMax;
  private final Consumer<ClientConfiguration> client;
  private final byte[] password;
  private final Consumer<String> warnings;

  private BookKeeperOptions(Builder b) {
    servers = b.servers;
    root = b.root;
    ledgersRoot = b.ledgersRoot;
    ensembleSize = b.ensembleSize;
    writeQuorum = b.writeQuorum;
    ackQuorum = b.ackQuorum;
    sessionTimeout = b.sessionTimeout;
    keepDeleted = b.keepDeleted;
    takeOver = b.takeOver;
    outstandingBytesMax = b.outstandingBytesMax;
    client = b.client;
    password = b.password;
    warnings = b.warnings;
  }

  /**
   * Starts from the defaults.
   *
   * @param servers the ZooKeeper servers, {@code host:port} with commas between them
   * @param root the root of the directory in ZooKeeper, such as {@code /durability/orders}
   * @return a builder
   */
  public static Builder builder(String servers, String root) {
    return new Builder(servers, root);
  }

  /**
   * Reads options from an address: see the class.
   *
   * @param address {@code bk://host:port,…/root?name=value&…}
   * @return the options
   * @throws IllegalArgumentException if it is no such address; the message says why
   */
  public static BookKeeperOptions parse(String address) {
    return BookKeeperAddress.parse(address);
  }

  /**
   * Starts from these options, to change some.
   *
   * @return a builder that has all of them
   */
  public Builder toBuilder() {
    Builder builder = new Builder(servers, root);
    builder.ledgersRoot = ledgersRoot;
    builder.ensembleSize = ensembleSize;
    builder.writeQuorum = writeQuorum;
    builder.ackQuorum = ackQuorum;
    builder.sessionTimeout = sessionTimeout;
    builder.keepDeleted = keepDeleted;
    builder.takeOver = takeOver;
    builder.outstandingBytesMax = outstandingBytesMax;
    builder.client = client;
    builder.password = password;
    builder.warnings = warnings;
    return builder;
  }

  /** {@return the ZooKeeper servers, with commas between them} */
  public String servers() {
    return servers;
  }

  /** {@return the root of the directory in ZooKeeper} */
  public String root() {
    return root;
  }

  /** {@return the root of BookKeeper's own metadata in ZooKeeper} */
  public String ledgersRoot() {
    return ledgersRoot;
  }

  /** {@return how many bookies the entries of one ledger are spread over} */
  public int ensembleSize() {
    return ensembleSize;
  }

  /** {@return how many bookies get each entry} */
  public int writeQuorum() {
    return writeQuorum;
  }

  /** {@return how many bookies have to have an entry on disk before it counts as written} */
  public int ackQuorum() {
    return ackQuorum;
  }

  /** {@return after what time without a sign of life ZooKeeper ends the session of a process} */
  public Duration sessionTimeout() {
    return sessionTimeout;
  }

  /** {@return how long the ledgers of a deleted file are kept for those who still read it} */
  public Duration keepDeleted() {
    return keepDeleted;
  }

  /** {@return what happens if another process seems to hold the lock} */
  public TakeOver takeOver() {
    return takeOver;
  }

  /** {@return how many bytes of one file may be on their way to the bookies} */
  public int outstandingBytesMax() {
    return outstandingBytesMax;
  }

  Consumer<ClientConfiguration> client() {
    return client;
  }

  byte[] password() {
    return password.clone();
  }

  Consumer<String> warnings() {
    return warnings;
  }

  /** {@return the address, without what keeps its default} */
  @Override
  public String toString() {
    return "bk://" + servers + root;
  }

  /** Collects options. Not for use by several threads. */
  public static final class Builder {
    private final String servers;
    private final String root;
    private String ledgersRoot = "/ledgers";
    private int ensembleSize = 3;
    private int writeQuorum = 3;
    private int ackQuorum = 2;
    private Duration sessionTimeout = Duration.ofSeconds(10);
    private Duration keepDeleted = Duration.ofMinutes(10);
    private TakeOver takeOver = TakeOver.AFTER_SESSION;
    private int outstandingBytesMax = OUTSTANDING_BYTES_MAX;
    private Consumer<ClientConfiguration> client = configuration -> {};
    private byte[] password = {};
    private Consumer<String> warnings = warning -> {};

    private Builder(String servers, String root) {
      this.servers = BookKeeperAddress.checkedServers(servers);
      this.root = BookKeeperAddress.checkedRoot(root);
    }

    /**
     * Sets the root of BookKeeper's own metadata; {@code /ledgers} by default.
     *
     * @param ledgersRoot a path in ZooKeeper
     * @return this builder
     */
    public Builder ledgersRoot(String ledgersRoot) {
      this.ledgersRoot = BookKeeperAddress.checkedRoot(ledgersRoot);
      return this;
    }

    /**
     * Sets the quorums; 3, 3 and 2 by default. Have at least one bookie more than the ensemble.
     *
     * @param ensembleSize how many bookies hold a ledger
     * @param writeQuorum how many of them get each entry, at most the ensemble
     * @param ackQuorum how many of those must have stored it, at most the write quorum, at least 2
     *     unless the write quorum is 1
     * @return this builder
     */
    public Builder quorums(int ensembleSize, int writeQuorum, int ackQuorum) {
      if (ackQuorum < Math.min(2, writeQuorum)
          || ackQuorum < 1
          || writeQuorum < ackQuorum
          || ensembleSize < writeQuorum) {
        throw new IllegalArgumentException(
            "ensemble "
                + ensembleSize
                + ", write quorum "
                + writeQuorum
                + ", ack quorum "
                + ackQuorum
                + ": each has to be at least the next, and the ack quorum at least 2 if there are"
                + " 2 copies");
      }
      this.ensembleSize = ensembleSize;
      this.writeQuorum = writeQuorum;
      this.ackQuorum = ackQuorum;
      return this;
    }

    /**
     * Sets the session timeout; 10 seconds by default. Another process takes a dead writer's lock
     * after about this time. A writer that stands still for longer, in a pause of its JVM, loses
     * its lock. ZooKeeper's servers bound it to 2 to 20 of their ticks.
     *
     * @param timeout 100 milliseconds or more
     * @return this builder
     */
    public Builder sessionTimeout(Duration timeout) {
      if (timeout.toMillis() < 100 || timeout.toMillis() > Integer.MAX_VALUE / 4) {
        throw new IllegalArgumentException("session timeout " + timeout + ": at least 100 ms");
      }
      this.sessionTimeout = timeout;
      return this;
    }

    /**
     * Sets how long the ledgers of a deleted file are kept; 10 minutes by default. Who has the file
     * open can read it for that long.
     *
     * @param duration 0 or more
     * @return this builder
     */
    public Builder keepDeleted(Duration duration) {
      if (duration.isNegative()) {
        throw new IllegalArgumentException("keepDeleted " + duration + " is negative");
      }
      this.keepDeleted = duration;
      return this;
    }

    /**
     * Sets what happens if another process seems to hold the lock; {@link TakeOver#AFTER_SESSION}
     * by default.
     *
     * @param takeOver what to do
     * @return this builder
     */
    public Builder takeOver(TakeOver takeOver) {
      this.takeOver = Objects.requireNonNull(takeOver);
      return this;
    }

    /**
     * Sets how many bytes of one file may be on their way to the bookies; 8 MiB by default. Writing
     * waits while there are more.
     *
     * @param bytes 64 KiB or more
     * @return this builder
     */
    public Builder outstandingBytesMax(int bytes) {
      if (bytes < 1 << 16) {
        throw new IllegalArgumentException("outstandingBytesMax " + bytes + ": at least 65536");
      }
      this.outstandingBytesMax = bytes;
      return this;
    }

    /**
     * Changes the configuration of BookKeeper's client before it connects, for TLS, authentication
     * or a placement policy. It is called last. Do not change the throttle, the metadata service or
     * the digest.
     *
     * @param client gets the configuration
     * @return this builder
     */
    public Builder client(Consumer<ClientConfiguration> client) {
      this.client = Objects.requireNonNull(client);
      return this;
    }

    /**
     * Sets the password of the ledgers; empty by default. It is needed again to read them.
     *
     * @param password its bytes; copied
     * @return this builder
     */
    public Builder password(byte[] password) {
      this.password = password.clone();
      return this;
    }

    /**
     * Sets who is told why something takes so long, and what is left for later; nobody by default.
     *
     * @param warnings gets a sentence each time, on any thread
     * @return this builder
     */
    public Builder warnings(Consumer<String> warnings) {
      this.warnings = Objects.requireNonNull(warnings);
      return this;
    }

    /** {@return the options} */
    public BookKeeperOptions build() {
      return new BookKeeperOptions(this);
    }
  }
}

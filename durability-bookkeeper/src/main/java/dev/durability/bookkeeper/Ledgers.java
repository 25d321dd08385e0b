package dev.durability.bookkeeper;

import dev.durability.errors.DurabilityException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.apache.bookkeeper.client.LedgerMetadataBuilder;
import org.apache.bookkeeper.client.api.BKException;
import org.apache.bookkeeper.client.api.BookKeeper;
import org.apache.bookkeeper.client.api.DigestType;
import org.apache.bookkeeper.client.api.LedgerMetadata;
import org.apache.bookkeeper.client.api.ReadHandle;
import org.apache.bookkeeper.client.api.WriteHandle;
import org.apache.bookkeeper.conf.ClientConfiguration;
import org.apache.bookkeeper.meta.LedgerManager;
import org.apache.bookkeeper.versioning.Versioned;
import org.jspecify.annotations.Nullable;

/** BookKeeper's client: ledgers are created, opened, closed for their writers, and deleted. */
final class Ledgers implements Closeable {
  private static final DigestType DIGEST = DigestType.CRC32C;

  private final BookKeeperOptions options;
  private final BookKeeper client;
  private final BookiesOfEntry bookies;
  private final LedgerManager manager;

  private Ledgers(BookKeeperOptions options, BookKeeper client) {
    this.options = options;
    this.client = client;
    org.apache.bookkeeper.client.BookKeeper whole =
        (org.apache.bookkeeper.client.BookKeeper) client; // There is no other.
    this.manager = whole.getLedgerManager();
    this.bookies = new BookiesOfEntry(whole.getClientCtx().getBookieClient());
  }

  static Ledgers connect(BookKeeperOptions options) throws IOException {
    ClientConfiguration configuration = new ClientConfiguration();
    configuration.setMetadataServiceUri(
        "zk+hierarchical://" + options.servers().replace(',', ';') + options.ledgersRoot());
    configuration.setZkTimeout((int) options.sessionTimeout().toMillis());
    configuration.setThrottleValue(0); // It counts entries; a file bounds its own bytes.
    options.client().accept(configuration);
    boolean interrupted = Thread.interrupted();
    try {
      return new Ledgers(options, BookKeeper.newBuilder(configuration).build());
    } catch (BKException e) {
      throw failed("connecting to BookKeeper at " + options, -1, e);
    } catch (InterruptedException e) {
      interrupted = true;
      throw new DurabilityException("connecting to BookKeeper was interrupted; try again", e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** How much a writer may have on its way, if it has the options of this one or the defaults. */
  long outstandingBytesMax() {
    return Math.max(options.outstandingBytesMax(), BookKeeperOptions.OUTSTANDING_BYTES_MAX);
  }

  BookiesOfEntry bookies() {
    return bookies;
  }

  WriteHandle create(LedgerTags tags, LedgerLabel label) throws IOException {
    return result(
        "creating a ledger for " + tags.path() + " at offset " + tags.start(),
        -1,
        Awaiting.uninterrupted(
            () ->
                client
                    .newCreateLedgerOp()
                    .withEnsembleSize(options.ensembleSize())
                    .withWriteQuorumSize(options.writeQuorum())
                    .withAckQuorumSize(options.ackQuorum())
                    .withDigestType(DIGEST)
                    .withPassword(options.password())
                    .withCustomMetadata(label.into(tags.encode()))
                    .execute()));
  }

  /**
   * Changes the label of a ledger, which may be written or closed by others meanwhile. Does nothing
   * if the ledger is gone, or has none.
   */
  void relabel(long ledger, UnaryOperator<LedgerLabel> change, Consumer<String> warnings)
      throws IOException {
    Patience patience = new Patience(Patience.MAX.toNanos(), warnings);
    while (true) {
      try {
        Versioned<LedgerMetadata> now = Awaiting.result(manager.readLedgerMetadata(ledger));
        Map<String, byte[]> tags = now.getValue().getCustomMetadata();
        LedgerLabel label = LedgerLabel.from(tags);
        if (label == null) {
          return;
        }
        LedgerMetadata changed =
            LedgerMetadataBuilder.from(now.getValue())
                .withCustomMetadata(change.apply(label).into(tags))
                .build();
        Versioned<LedgerMetadata> unused =
            Awaiting.result(manager.writeLedgerMetadata(ledger, changed, now.getVersion()));
        return;
      } catch (ExecutionException e) {
        if (isNoLedger(e)) {
          return;
        }
        if (code(e) != BKException.Code.MetadataVersionException) { // Else another was faster.
          IOException failure = failed("noting a name", ledger, e.getCause());
          if (!isPassing(failure)) {
            throw failure;
          }
          patience.pause("the name of a file cannot be noted at its ledger", failure);
        }
      }
    }
  }

  private static boolean isNoLedger(ExecutionException e) {
    return code(e) == BKException.Code.NoSuchLedgerExistsException
        || code(e) == BKException.Code.NoSuchLedgerExistsOnMetadataServerException;
  }

  /** Opens a ledger for reading; it may be written meanwhile. */
  ReadHandle open(long ledger, String path) throws IOException {
    return result("opening " + path, ledger, opening(ledger, false));
  }

  private CompletableFuture<ReadHandle> opening(long ledger, boolean recovery) {
    return Awaiting.uninterrupted(
        () ->
            client
                .newOpenLedgerOp()
                .withLedgerId(ledger)
                .withDigestType(DIGEST)
                .withPassword(options.password())
                .withRecovery(recovery)
                .execute());
  }

  private CompletableFuture<LedgerMetadata> known(long ledger) {
    return Awaiting.uninterrupted(() -> client.getLedgerMetadata(ledger));
  }

  @Nullable LedgerMetadata metadata(long ledger) throws IOException {
    try {
      return Awaiting.result(known(ledger));
    } catch (ExecutionException e) {
      if (isNoLedger(e)) {
        return null;
      }
      throw failed("reading what is known", ledger, e.getCause());
    }
  }

  List<Long> all() throws IOException {
    List<Long> found = new ArrayList<>();
    var list = result("listing ledgers", -1, client.newListLedgersOp().execute());
    try (list) {
      list.toIterable().forEach(found::add);
      return found;
    } catch (RuntimeException e) {
      throw failed("listing ledgers", -1, e);
    } catch (Exception e) {
      throw failed("listing ledgers", -1, e);
    }
  }

  /**
   * Keeps whoever writes these ledgers from adding anything to them, and closes them after their
   * last entry. Waits for bookies that are needed for that and do not answer.
   *
   * @param ledgers those that may be open
   * @param waitNanos for how long
   * @param warnings is told what is waited for
   */
  void fence(List<Long> ledgers, long waitNanos, Consumer<String> warnings) throws IOException {
    List<Long> open = new ArrayList<>();
    List<CompletableFuture<LedgerMetadata>> found = new ArrayList<>();
    ledgers.forEach(ledger -> found.add(known(ledger)));
    for (int i = 0; i < ledgers.size(); i++) {
      try {
        if (!Awaiting.result(found.get(i)).isClosed()) {
          open.add(ledgers.get(i));
        }
      } catch (ExecutionException e) {
        if (!isNoLedger(e)) {
          open.add(ledgers.get(i));
        }
      }
    }
    Patience patience = new Patience(waitNanos, warnings);
    List<CompletableFuture<ReadHandle>> openings = new ArrayList<>();
    open.forEach(ledger -> openings.add(opening(ledger, true)));
    for (int i = 0; i < open.size(); i++) {
      fence(open.get(i), openings.get(i), patience);
    }
  }

  private void fence(long ledger, CompletableFuture<ReadHandle> first, Patience patience)
      throws IOException {
    CompletableFuture<ReadHandle> opening = first;
    while (true) {
      try {
        close(Awaiting.result(opening));
        return;
      } catch (ExecutionException e) {
        if (isNoLedger(e)) {
          return;
        }
        patience.pause(
            "ledger "
                + ledger
                + ", which a former writer left open, cannot be closed yet: enough bookies of its"
                + " ensemble have to answer",
            failed("closing what a former writer left open", ledger, e.getCause()));
      }
      opening = opening(ledger, true);
    }
  }

  /** Deletes a ledger; a missing one is no failure. Its writer must be fenced before. */
  void delete(long ledger) throws IOException {
    try {
      Void unused =
          Awaiting.result(
              Awaiting.uninterrupted(
                  () -> client.newDeleteLedgerOp().withLedgerId(ledger).execute()));
    } catch (ExecutionException e) {
      if (!isNoLedger(e)) {
        throw failed("deleting it", ledger, e.getCause());
      }
    }
  }

  static void close(ReadHandle handle) {
    // Nothing of it is needed any more, whatever comes of it.
    var unused = Awaiting.uninterrupted(handle::closeAsync);
  }

  static <T> T result(String what, long ledger, CompletableFuture<T> future) throws IOException {
    try {
      return Awaiting.result(future);
    } catch (ExecutionException e) {
      throw failed(what, ledger, e.getCause());
    }
  }

  static int code(ExecutionException e) {
    return e.getCause() instanceof BKException failure
        ? failure.getCode()
        : BKException.Code.UnexpectedConditionException;
  }

  /**
   * Whether a ledger could not be made or written because bookies, or ZooKeeper, are gone: another
   * ledger may be possible later.
   */
  static boolean isPassing(IOException e) {
    if (!(e.getCause() instanceof BKException failure)) {
      return false;
    }
    return switch (failure.getCode()) {
      case BKException.Code.NotEnoughBookiesException,
          BKException.Code.NoBookieAvailableException,
          BKException.Code.BookieHandleNotAvailableException,
          BKException.Code.TimeoutException,
          BKException.Code.AddEntryQuorumTimeoutException,
          BKException.Code.ZKException,
          BKException.Code.MetaStoreException ->
          true;
      default -> false;
    };
  }

  /** Whether somebody else has closed the ledger: who took the lock over, or auto recovery. */
  static boolean isFenced(IOException e) {
    return e.getCause() instanceof BKException failure
        && (failure.getCode() == BKException.Code.LedgerFencedException
            || failure.getCode() == BKException.Code.LedgerClosedException);
  }

  /** Says what failed, at which ledger, and what can be done. */
  static IOException failed(String what, long ledger, @Nullable Throwable cause) {
    String text =
        what
            + (ledger < 0 ? "" : ", ledger " + ledger + ",")
            + " failed: "
            + (cause == null ? "no reason given" : cause.getMessage());
    int code =
        cause instanceof BKException failure
            ? failure.getCode()
            : BKException.Code.UnexpectedConditionException;
    if (code == BKException.Code.NoSuchLedgerExistsException
        || code == BKException.Code.NoSuchLedgerExistsOnMetadataServerException) {
      NoSuchFileException gone =
          new NoSuchFileException(
              text + ". It was deleted with its file: open the directory's file again");
      gone.initCause(cause);
      return gone;
    }
    String wayOut =
        switch (code) {
          case BKException.Code.LedgerFencedException ->
              ". Another process has taken the lock: close this writer";
          case BKException.Code.NotEnoughBookiesException ->
              ". Start bookies: there must be as many writable ones as the ensemble has";
          case BKException.Code.UnauthorizedAccessException ->
              ". Check the password in the options";
          default -> ". Check the bookies, then open the log again";
        };
    return new DurabilityException(text + wayOut, cause);
  }

  @Override
  public void close() throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      client.close();
    } catch (BKException e) {
      throw failed("disconnecting", -1, e);
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}

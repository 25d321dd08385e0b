package dev.durability.bookkeeper;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.bookkeeper.client.api.BKException;
import org.apache.bookkeeper.client.api.LedgerMetadata;
import org.apache.bookkeeper.net.BookieId;
import org.apache.bookkeeper.proto.BookieClient;
import org.apache.bookkeeper.proto.BookieProtocol;

/**
 * Asks each bookie for itself whether it has an entry. A read says only that none of them gave it:
 * not how many do not have it, and how many did not answer.
 */
final class BookiesOfEntry {
  private final BookieClient client;

  BookiesOfEntry(BookieClient client) {
    this.client = client;
  }

  /**
   * Whether so many bookies say that they do not have an entry that the others are fewer than the
   * ack quorum: then nobody was told that it is written.
   */
  boolean deny(LedgerMetadata ledger, long entry) {
    List<BookieId> ensemble = ledger.getEnsembleAt(entry);
    List<CompletableFuture<Integer>> answers = new ArrayList<>();
    for (int i = 0; i < ledger.getWriteQuorumSize(); i++) {
      // As BookKeeper spreads entries over an ensemble.
      BookieId bookie = ensemble.get((int) ((entry + i) % ensemble.size()));
      answers.add(ask(bookie, ledger.getLedgerId(), entry));
    }
    int without = 0;
    for (CompletableFuture<Integer> answer : answers) {
      if (code(answer) == BKException.Code.NoSuchEntryException
          || code(answer) == BKException.Code.NoSuchLedgerExistsException) {
        without++;
      }
    }
    return answers.size() - without < ledger.getAckQuorumSize();
  }

  private CompletableFuture<Integer> ask(BookieId bookie, long ledger, long entry) {
    CompletableFuture<Integer> answer = new CompletableFuture<>();
    client.readEntry(
        bookie,
        ledger,
        entry,
        (code, ofLedger, number, content, context) -> answer.complete(code),
        null,
        BookieProtocol.FLAG_NONE);
    return answer;
  }

  private static int code(CompletableFuture<Integer> answer) {
    try {
      return Awaiting.result(answer);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }
}

package dev.durability.segmentindex;

import dev.durability.recovery.Recoverer;
import dev.durability.recovery.Recovery;
import dev.durability.recovery.RecoveryOptions;
import dev.durability.recovery.StateMachine;
import dev.durability.segmentindex.SegmentIndexEntry.CancelMerge;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Recovers the state of a search index from its log and checkpoints.
 *
 * <p>To keep an index, open a {@code DurableState} with {@link #machine} and {@link
 * SegmentIndexEntry#codec}, and let each entry be checked against the state before it is written:
 *
 * <pre>{@code
 * index.updateIf(
 *     state -> {
 *       state.check(entry); // throws if it does not fit: nothing is written
 *       return Optional.of(entry);
 *     });
 * }</pre>
 *
 * <p><b>The end of a merge.</b> The entry does not say how many documents the new segment has: that
 * follows from the index. So let the state make it, which compares: {@link
 * SegmentIndexState#endMerge}.
 *
 * <pre>{@code
 * index.updateIf(state -> Optional.of(state.endMerge(merge, newSegment, docCount, deletes)));
 * }</pre>
 *
 * <p><b>Histories of the Rust crate.</b> Their entries are {@link SegmentIndexEntry}s. The crate
 * refuses none, so open a log of them with {@link #unchecked}.
 *
 * <p><b>Merges that a crash left open.</b> A crash between StartMerge and EndMerge leaves a merge
 * that nobody will end: the process that made the new segment is gone, and the old segments stay
 * reserved. Only a process that opens the index for writing knows that a merge is dead, since a
 * reader may look at an index whose merges go on. So recovery reports open merges and changes
 * nothing. After opening the index for writing, write {@link #abandonedMerges} first. Then you may
 * delete the files of segments that are not live:
 *
 * <pre>{@code
 * for (SegmentIndexEntry cancel : index.read(SegmentIndexRecovery::abandonedMerges)) {
 *   index.update(cancel);
 * }
 * }</pre>
 */
public final class SegmentIndexRecovery {
  private SegmentIndexRecovery() {}

  /**
   * Returns how entries change an index, and how it is written and read.
   *
   * @return the machine; it has no state of its own; safe for many threads
   */
  public static StateMachine<SegmentIndexState, SegmentIndexEntry> machine() {
    return Machine.CHECKED;
  }

  /**
   * Returns the same for a history of which nobody checked whether its entries fit, such as one of
   * the Rust crate. It applies them as {@link SegmentIndexState#replay} does. Both machines read
   * the checkpoints of both.
   *
   * @return the machine; it has no state of its own; safe for many threads
   */
  public static StateMachine<SegmentIndexState, SegmentIndexEntry> unchecked() {
    return Machine.UNCHECKED;
  }

  /**
   * Recovers an index, reading only.
   *
   * @param directory where its log is
   * @param options how far, and what to accept
   * @return the index, and what it was built from; {@link SegmentIndexState#openMerges} tells which
   *     merges were under way
   * @throws IOException as {@link Recoverer#recover}
   */
  public static Recovery<SegmentIndexState> recover(Directory directory, RecoveryOptions options)
      throws IOException {
    return Recoverer.of(directory, SegmentIndexEntry.codec(), machine()).recover(options);
  }

  /**
   * Lists what to write to an index that was opened again, so that no merge is open.
   *
   * @param state the index, before any new merge began
   * @return an entry that cancels it for each open merge, by transaction id
   */
  public static List<SegmentIndexEntry> abandonedMerges(SegmentIndexState state) {
    List<SegmentIndexEntry> cancels = new ArrayList<>();
    state.openMerges().forEach((id, segments) -> cancels.add(new CancelMerge(id, segments)));
    return List.copyOf(cancels);
  }

  private enum Machine implements StateMachine<SegmentIndexState, SegmentIndexEntry> {
    CHECKED,
    UNCHECKED;

    @Override
    public SegmentIndexState initial() {
      return new SegmentIndexState();
    }

    @Override
    public SegmentIndexState apply(SegmentIndexState state, SegmentIndexEntry entry) {
      if (this == CHECKED) {
        state.apply(entry);
      } else {
        state.replay(entry);
      }
      return state;
    }

    @Override
    public SegmentIndexState snapshot(SegmentIndexState state) {
      return state.snapshot();
    }

    @Override
    public void write(SegmentIndexState state, OutputStream out) throws IOException {
      state.writeTo(out);
    }

    @Override
    public SegmentIndexState read(InputStream in) throws IOException {
      return SegmentIndexState.readFrom(in);
    }
  }
}

package dev.durability.bookkeeper;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Keeps {@link LedgerLabel}s in step with the files. A name is there before the file has it, and a
 * file is gone before its label says so: what a crash between the two leaves is a name too many,
 * never one too few.
 */
final class Labels {
  private final Session session;
  private final Ledgers ledgers;
  private final Consumer<String> warnings;
  private final LongSupplier epoch;

  /**
   * Keeps labels.
   *
   * @param warnings is told what could not be noted; that matters only if names are lost later
   * @param epoch how often the locks that are held have been taken
   */
  Labels(Session session, Ledgers ledgers, Consumer<String> warnings, LongSupplier epoch) {
    this.session = session;
    this.ledgers = ledgers;
    this.warnings = warnings;
    this.epoch = epoch;
  }

  long epoch() {
    return epoch.getAsLong();
  }

  /** A file is about to get a name. */
  void named(String inode, String path) throws IOException {
    List<Layer> layers = layers(inode);
    if (!layers.isEmpty()) {
      long held = epoch();
      ledgers.relabel(newest(layers), label -> label.named(path, held), warnings);
    }
  }

  /** A file has no name any more. */
  void unnamed(String inode) {
    try {
      long held = epoch();
      for (Layer layer : layers(inode)) {
        ledgers.relabel(
            layer.ledger(), label -> label.now(LedgerLabel.State.DELETED, held), warnings);
      }
    } catch (IOException e) {
      left("that a file was deleted", e);
    }
  }

  /** A file does not have some ledgers any more. */
  void cutOff(List<Long> unused) {
    try {
      long held = epoch();
      for (long ledger : unused) {
        ledgers.relabel(ledger, label -> label.now(LedgerLabel.State.CUT_OFF, held), warnings);
      }
    } catch (IOException e) {
      left("that a file was cut", e);
    }
  }

  /** A file was cut to these layers. */
  void cut(Layers after) {
    try {
      long held = epoch();
      List<Layer> left = after.all();
      if (!left.isEmpty()) {
        Layer top = left.get(left.size() - 1);
        List<Layer> below = left.subList(0, left.size() - 1);
        ledgers.relabel(top.ledger(), label -> label.cut(below, top.limit(), held), warnings);
      }
    } catch (IOException e) {
      left("that a file was cut", e);
    }
  }

  private void left(String what, IOException e) {
    warnings.accept(
        what
            + " could not be noted at its ledgers, so making lost names again would bring it"
            + " back: "
            + e.getMessage());
  }

  private static long newest(List<Layer> layers) {
    return layers.get(layers.size() - 1).ledger();
  }

  private List<Layer> layers(String inode) throws IOException {
    String path = session.paths().inode(inode);
    Keeper.Node node = session.read(path, null);
    return node == null ? List.of() : Inode.decode(node.data(), path).layers().all();
  }
}

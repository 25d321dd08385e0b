package dev.durability.bookkeeper;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ledgers of a file, one over the other: each covers those before it from its start on, as far
 * as it reaches. So a file goes on at any offset, and is cut, without copying anything.
 *
 * @param all the layers, lowest first
 */
record Layers(List<Layer> all) {
  static final Layers NONE = new Layers(List.of());

  Layers {
    all = List.copyOf(all);
  }

  /** How many bytes the ledgers have. */
  interface Lengths<X extends Exception> {
    /**
     * Tells how many bytes a ledger has.
     *
     * @param layer the ledger
     * @param enough if it has at least so many, fewer than all may be told
     */
    long of(Layer layer, long enough) throws X;
  }

  /**
   * Where a byte of the file is.
   *
   * @param layer in this layer
   * @param offset at this offset of its ledger
   * @param bytes so many bytes of the file are in the ledger from there on, at least 1
   */
  record Place(Layer layer, long offset, long bytes) {}

  Layers with(Layer layer) {
    List<Layer> more = new ArrayList<>(all);
    more.add(layer);
    return new Layers(more);
  }

  /** The layers of the file once it is cut to a size, without those that have nothing left. */
  Layers cutTo(long size) {
    List<Layer> left = new ArrayList<>();
    for (Layer layer : all) {
      if (layer.start() < size) {
        left.add(layer.cutTo(size));
      }
    }
    return new Layers(left);
  }

  /**
   * The layers once a ledger ends at an offset of the file, whatever more is in it. Without it, if
   * nothing of it is left. The others stay as they are.
   */
  Layers endedAt(long ledger, long limit) {
    List<Layer> left = new ArrayList<>();
    for (Layer layer : all) {
      if (layer.ledger() != ledger) {
        left.add(layer);
      } else if (layer.start() < limit) {
        left.add(layer.cutTo(limit));
      }
    }
    return new Layers(left);
  }

  /** The ledgers that are in these layers, and not in others. */
  List<Long> ledgersWithout(Layers others) {
    List<Long> ledgers = new ArrayList<>();
    for (Layer layer : all) {
      if (others.all.stream().noneMatch(other -> other.ledger() == layer.ledger())) {
        ledgers.add(layer.ledger());
      }
    }
    return ledgers;
  }

  <X extends Exception> long size(Lengths<X> lengths) throws X {
    long size = 0;
    for (Layer layer : all) {
      size = Math.max(size, layer.end(lengths.of(layer, Long.MAX_VALUE)));
    }
    return size;
  }

  /** Finds a byte, null if the file ends at or before it. */
  <X extends Exception> @Nullable Place find(long position, Lengths<X> lengths) throws X {
    long to = Long.MAX_VALUE;
    for (int i = all.size() - 1; i >= 0; i--) {
      Layer layer = all.get(i);
      if (position < layer.start()) {
        if (lengths.of(layer, 1) > 0) {
          to = Math.min(to, layer.start());
        }
        continue;
      }
      long end = layer.end(lengths.of(layer, position - layer.start() + 1));
      if (position < end) {
        return new Place(layer, position - layer.start(), Math.min(end, to) - position);
      }
    }
    return null;
  }
}

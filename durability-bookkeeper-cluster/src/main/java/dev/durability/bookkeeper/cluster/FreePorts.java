package dev.durability.bookkeeper.cluster;

import java.io.Closeable;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds free ports of the loopback address. They are below those that systems give to outgoing
 * connections, one of which could otherwise take a port before its node does. Until this object is
 * closed, no other one of this machine chooses the same: it holds the UDP port of the same number,
 * of which a node makes no use.
 */
final class FreePorts implements Closeable {
  static final InetAddress LOOPBACK = loopback();

  private static final int FIRST = 20_000;
  private static final int LAST = 32_000;
  private static final int TRIES_MAX = 1_000;

  private final Set<Integer> taken;
  private final List<DatagramSocket> reserved = new ArrayList<>();

  /**
   * @param taken ports that are never chosen, though they may be free
   */
  FreePorts(Set<Integer> taken) {
    this.taken = new HashSet<>(taken);
  }

  /** A free port, which is not chosen again. */
  int next() throws IOException {
    for (int i = 0; i < TRIES_MAX; i++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
      if (taken.add(port) && reserve(port) && isFree(port)) {
        return port;
      }
    }
    throw new IOException("no free port between " + FIRST + " and " + LAST + " was found");
  }

  /** Keeps others from choosing a port; false if another one has chosen it. */
  boolean reserve(int port) {
    try {
      reserved.add(new DatagramSocket(port, LOOPBACK));
      return true;
    } catch (IOException chosen) {
      return false;
    }
  }

  /** Gives up what was reserved: nodes have their ports now. */
  @Override
  public void close() {
    reserved.forEach(DatagramSocket::close);
    reserved.clear();
  }

  static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(LOOPBACK, port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }

  private static InetAddress loopback() {
    try {
      return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    } catch (IOException e) {
      throw new AssertionError(e); // Four bytes are an address.
    }
  }
}

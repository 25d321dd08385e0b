package dev.durability.bookkeeper.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds free ports of the loopback address. They are below those that systems give to outgoing
 * connections, one of which could otherwise take a port before its node does.
 */
final class FreePorts {
  static final InetAddress LOOPBACK = loopback();

  private static final int FIRST = 20_000;
  private static final int LAST = 32_000;
  private static final int TRIES_MAX = 1_000;

  private final Set<Integer> taken;

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
      if (taken.add(port) && isFree(port)) {
        return port;
      }
    }
    throw new IOException("no free port between " + FIRST + " and " + LAST + " was found");
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

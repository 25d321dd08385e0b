package dev.durability.benchmarks.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.durability.codec.Codec;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The least that a codec of an order can do: numbers of fixed width, and lengths of two bytes. */
final class OrderByHand implements Codec<Order> {
  private static final int BYTES_MAX = 512;

  @Override
  public void encode(Order order, OutputStream out) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES_MAX);
    bytes.putLong(order.id()).putDouble(order.amount());
    put(bytes, order.owner());
    bytes.putShort((short) order.tags().size());
    for (String tag : order.tags()) {
      put(bytes, tag);
    }
    out.write(bytes.array(), 0, bytes.position());
  }

  private static void put(ByteBuffer out, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    out.putShort((short) bytes.length).put(bytes);
  }

  @Override
  public Order decode(ByteBuffer in) {
    long id = Long.reverseBytes(in.getLong());
    double amount = Double.longBitsToDouble(Long.reverseBytes(in.getLong()));
    String owner = get(in);
    int count = Short.reverseBytes(in.getShort());
    List<String> tags = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      tags.add(get(in));
    }
    return new Order(id, owner, tags, amount);
  }

  private static String get(ByteBuffer in) {
    byte[] bytes = new byte[Short.reverseBytes(in.getShort())];
    in.get(bytes);
    return new String(bytes, UTF_8);
  }
}

package dev.durability.micrometer.examples;

import dev.durability.recovery.StateMachine;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/** The state of the example: all orders, oldest first. */
final class Orders implements StateMachine<List<String>, String> {
  @Override
  public List<String> initial() {
    return new ArrayList<>();
  }

  @Override
  public List<String> apply(List<String> orders, String order) {
    orders.add(order);
    return orders;
  }

  @Override
  public List<String> snapshot(List<String> orders) {
    return List.copyOf(orders);
  }

  @Override
  public void write(List<String> orders, OutputStream out) throws IOException {
    DataOutputStream data = new DataOutputStream(out);
    data.writeInt(orders.size());
    for (String order : orders) {
      data.writeUTF(order);
    }
  }

  @Override
  public List<String> read(InputStream in) throws IOException {
    DataInputStream data = new DataInputStream(in);
    List<String> orders = new ArrayList<>();
    for (int left = data.readInt(); left > 0; left--) {
      orders.add(data.readUTF());
    }
    return orders;
  }
}

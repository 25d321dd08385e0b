package dev.durability.examples.spring;

import dev.durability.CommandMachine;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.springframework.stereotype.Component;

/** Who has which seat, and how that is copied, written and read for checkpoints. */
// begin:seats
@Component
final class Seats extends CommandMachine<SortedMap<String, String>, Change> {
  @Override
  public SortedMap<String, String> initial() {
    return new TreeMap<>();
  }

  @Override
  public SortedMap<String, String> snapshot(SortedMap<String, String> seats) {
    return new TreeMap<>(seats);
  }

  @Override
  public void write(SortedMap<String, String> seats, OutputStream out) throws IOException {
    DataOutputStream data = new DataOutputStream(out);
    data.writeInt(seats.size());
    for (Map.Entry<String, String> each : seats.entrySet()) {
      data.writeUTF(each.getKey());
      data.writeUTF(each.getValue());
    }
  }

  @Override
  public SortedMap<String, String> read(InputStream in) throws IOException {
    DataInputStream data = new DataInputStream(in);
    SortedMap<String, String> seats = new TreeMap<>();
    for (int left = data.readInt(); left > 0; left--) {
      seats.put(data.readUTF(), data.readUTF());
    }
    return seats;
  }
}
// end:seats

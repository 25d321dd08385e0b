package dev.durability.spring.boot;

import dev.durability.recovery.StateMachine;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** A sum of numbers. */
final class Totals implements StateMachine<Long, Long> {
  @Override
  public Long initial() {
    return 0L;
  }

  @Override
  public Long apply(Long total, Long number) {
    return total + number;
  }

  @Override
  public Long snapshot(Long total) {
    return total;
  }

  @Override
  public void write(Long total, OutputStream out) throws IOException {
    new DataOutputStream(out).writeLong(total);
  }

  @Override
  public Long read(InputStream in) throws IOException {
    return new DataInputStream(in).readLong();
  }
}

package dev.durability.examples.raft;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Turns what the application replicates, its operations and the chunks of its snapshots, into bytes
 * and back. Stateless: many threads use it.
 */
public interface OperationCodec {

  /**
   * Writes an operation or a chunk.
   *
   * @param value the operation or chunk
   * @param out where it goes
   * @throws IOException if it is of an unknown class
   */
  void write(Object value, DataOutput out) throws IOException;

  /**
   * Reads an operation or a chunk.
   *
   * @param in its bytes
   * @return the operation or chunk
   * @throws IOException if the bytes are not those of one
   */
  Object read(DataInput in) throws IOException;
}

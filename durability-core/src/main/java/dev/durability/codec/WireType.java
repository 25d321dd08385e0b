package dev.durability.codec;

import dev.durability.errors.CodecException;
import java.util.Set;

/** How the values of one Java type are encoded in postcard. Immutable once resolved. */
interface WireType {

  /** Writes a value of the type. */
  void write(Object value, PostcardOutput out) throws CodecException;

  /** Reads a value of the type. */
  Object read(PostcardInput in) throws CodecException;

  /** Describes the type. Its parts are complete. */
  Described describe(Describer describer);

  /**
   * Tells whether the values have a natural order. With one, a hash map finds a key quickly among
   * many with the same hash code.
   */
  default boolean isOrdered() {
    return false;
  }

  /**
   * Tells whether every value of the type takes no bytes at all. A count of such values could not
   * be checked against the bytes that remain.
   *
   * @param visiting the types that are already being asked, through recursion
   */
  default boolean takesNoBytes(Set<WireType> visiting) {
    return false;
  }
}

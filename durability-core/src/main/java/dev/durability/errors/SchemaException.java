package dev.durability.errors;

import java.io.Serial;
import java.util.List;

/**
 * Entries were written under a schema that the codec cannot read, or would be written among entries
 * of another schema. Nothing was changed, and nothing was decoded.
 */
public final class SchemaException extends DurabilityException {
  @Serial private static final long serialVersionUID = 1L;

  /** The changes that keep a codec from reading, in the order of the written schema. */
  @SuppressWarnings("serial") // Always an unmodifiable list of strings.
  private final List<String> changes;

  /**
   * Creates the failure.
   *
   * @param message what does not fit, where, and what the caller can do
   * @param changes the changes that keep the codec from reading, one a line, possibly none
   */
  public SchemaException(String message, List<String> changes) {
    super(changes.isEmpty() ? message : message + ":\n  " + String.join("\n  ", changes));
    this.changes = List.copyOf(changes);
  }

  private SchemaException(String message, SchemaException cause) {
    super(message, cause);
    this.changes = cause.changes;
  }

  /**
   * Says where that schema stands.
   *
   * @param place the file, and what else is known
   * @return the same failure, with the place in front of its message, and this one as its cause
   */
  public SchemaException at(String place) {
    return new SchemaException(place + ": " + getMessage(), this);
  }

  /** {@return the changes that keep the codec from reading, in the order of the written schema} */
  public List<String> changes() {
    return changes;
  }
}

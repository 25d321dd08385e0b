package dev.durability.codec;

import java.lang.invoke.MethodHandles;

/** Finds the lookup that has access to the constructor and the accessors of a record. */
final class RecordAccess {

  private final MethodHandles.Lookup lookup;
  private final MethodHandles.Lookup otherwise;

  private RecordAccess(MethodHandles.Lookup lookup, MethodHandles.Lookup otherwise) {
    this.lookup = lookup;
    this.otherwise = otherwise;
  }

  /** {@return the access that the caller's lookup has} */
  static RecordAccess of(MethodHandles.Lookup lookup) {
    return new RecordAccess(lookup, lookup);
  }

  /**
   * {@return the access of callers that pass no lookup} It has access to public records in exported
   * packages, and to all records in packages that are open to this module. Those on the class path
   * are.
   */
  static RecordAccess own() {
    return new RecordAccess(MethodHandles.lookup(), MethodHandles.publicLookup());
  }

  /** {@return a lookup with private access to the record, or else one for what is public} */
  MethodHandles.Lookup to(Class<?> type) {
    if (otherwise != lookup) {
      // A lookup has access to a package that is open to it only if its module reads the other one.
      RecordAccess.class.getModule().addReads(type.getModule());
    }
    try {
      return MethodHandles.privateLookupIn(type, lookup);
    } catch (IllegalAccessException e) {
      // Not open. If it is not public either, finding its constructor fails, with a message.
      return otherwise;
    }
  }
}

package dev.durability.cli;

/** The exit statuses of all commands. */
final class ExitStatus {
  /** All is well. */
  static final int OK = 0;

  /** {@code verify}: the end of the log was being written when a crash came. */
  static final int TORN = 1;

  /** {@code verify}: nothing is archived yet. */
  static final int EMPTY = 1;

  /** {@code explain}: the log opens, and a part is damaged that a checkpoint contains. */
  static final int COVERED = 1;

  /** {@code schema check}: something in the log is not read. */
  static final int NOT_READ = 1;

  /** {@code import} and {@code export}: done, but for something that was left out. */
  static final int LEFT_OUT = 1;

  /** Something that was promised to be durable is damaged or missing. */
  static final int CORRUPT = 2;

  /** Any other failure, wrong usage included. */
  static final int FAILED = 3;

  /**
   * The reader of the standard output has gone: what a shell reports for a program that SIGPIPE
   * ended.
   */
  static final int OUTPUT_CLOSED = 128 + 13;

  private ExitStatus() {}
}

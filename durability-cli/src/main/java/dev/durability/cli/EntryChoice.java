package dev.durability.cli;

import dev.durability.log.EntrySpan;
import dev.durability.log.SegmentRange;
import dev.durability.storage.Directory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalReplay;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Which entries are wanted, by ids, by times or by their number.
 *
 * @param from the first; {@link WalReplay#START} for where recovery starts
 * @param to the last
 * @param last how many of the last ones; 0 for all
 * @param since from which time on; null for any
 * @param until up to which time; null for any
 */
record EntryChoice(
    long from, long to, long last, @Nullable Instant since, @Nullable Instant until) {
  private static final String FROM = "--from";
  private static final String TO = "--to";
  private static final String LAST = "--last";
  private static final String SINCE = "--since";
  private static final String UNTIL = "--until";

  static void addOptions(CommandSpec spec) {
    spec.addOption(
        CommandSyntax.entryId(
            "The first entry id to print. Without it: the oldest entry or, in a log with"
                + " checkpoints, the first one after the newest checkpoint.",
            FROM));
    spec.addOption(CommandSyntax.entryId("The last entry id to print.", TO));
    spec.addOption(
        OptionSpec.builder(LAST)
            .type(Long.class)
            .paramLabel("N")
            .description(
                "Print the last N entries, of those up to --to or --until. Segments before them are"
                    + " read after these are printed, unless --quick is given.")
            .build());
    spec.addOption(
        CommandSyntax.time(
            "Leave out what was durable before this time, such as 2026-03-01T12:00:00Z.", SINCE));
    spec.addOption(CommandSyntax.time("Leave out what was not yet written at this time.", UNTIL));
  }

  /**
   * What the command line says.
   *
   * @throws UsageException if that makes no sense
   */
  static EntryChoice of(ParseResult given) {
    long from = given.matchedOptionValue(FROM, 1L);
    long to = given.matchedOptionValue(TO, Long.MAX_VALUE);
    long last = given.matchedOptionValue(LAST, 0L);
    if (from < 1 || to < from) {
      throw new UsageException(
          "--from and --to are entry ids from 1 on, and --to must not be less than --from");
    } else if (last < 1 && given.hasMatchedOption(LAST)) {
      throw new UsageException("--last takes a number of entries from 1 on");
    } else if (count(given, FROM, LAST, SINCE) > 1) {
      throw new UsageException(
          "--from, --last and --since all say where to begin: give one of them");
    } else if (count(given, TO, UNTIL) > 1) {
      throw new UsageException("--to and --until both say where to end: give one of them");
    }
    Instant since = CommandSyntax.timeOf(given, SINCE);
    Instant until = CommandSyntax.timeOf(given, UNTIL);
    if (since != null && until != null && until.isBefore(since)) {
      throw new UsageException("--until must not be before --since");
    }
    return new EntryChoice(
        given.hasMatchedOption(FROM) ? from : WalReplay.START, to, last, since, until);
  }

  private static int count(ParseResult given, String... options) {
    int count = 0;
    for (String each : options) {
      count += given.hasMatchedOption(each) ? 1 : 0;
    }
    return count;
  }

  /** Whether less is wanted than what recovery reads. */
  boolean isPart() {
    return from != WalReplay.START || to != Long.MAX_VALUE || last > 0 || hasTimes();
  }

  boolean hasTimes() {
    return since != null || until != null;
  }

  /**
   * Finds the entries in a log.
   *
   * @throws IOException if it is not there, or cannot be read
   */
  EntrySpan in(Directory log) throws IOException {
    long first = from;
    long end = to;
    if (hasTimes()) {
      EntrySpan then =
          WalMaintenance.entriesBetween(
              log, since == null ? Instant.MIN : since, until == null ? Instant.MAX : until);
      first = from == WalReplay.START ? then.firstEntryId() : from;
      end = Math.min(end, then.lastEntryId());
    }
    if (last > 0) {
      List<SegmentRange> segments = WalMaintenance.segments(log);
      long newest = Math.min(end, segments.get(segments.size() - 1).lastEntryId());
      first = Math.max(WalMaintenance.firstEntryId(log), newest - last + 1);
    }
    return new EntrySpan(first, end);
  }
}

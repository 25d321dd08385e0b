package dev.durability.examples.versions;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the processes said that they did, one after the other. After a death, the last thing may
 * have happened or not; {@link #settle} says which.
 */
final class Reports {
  private final List<String> attempts = new ArrayList<>();
  private int done;

  Reports() {}

  private Reports(Reports other) {
    attempts.addAll(other.attempts);
    done = other.done;
  }

  Reports copy() {
    return new Reports(this);
  }

  /** Takes a line of a process. */
  void add(String line) {
    String what = line.substring(DeskProcess.ATTEMPT.length());
    if (line.startsWith(DeskProcess.ATTEMPT)) {
      assertThat(attempts).as("nothing is open").hasSize(done);
      attempts.add(what);
    } else if (line.startsWith(DeskProcess.DONE)) {
      assertThat(attempts.get(done)).isEqualTo(what);
      done++;
    } else {
      throw new AssertionError("a process printed: " + line);
    }
  }

  /** How many things are acknowledged. */
  int done() {
    return done;
  }

  /** A ticket that nobody opened yet. */
  long nextTicket() {
    long last = 0;
    for (String each : attempts) {
      last = Math.max(last, ticket(each));
    }
    return last + 1;
  }

  /** Requires that what is known is all that was acknowledged, and at most what was attempted. */
  void check(Version<?, ?> version, List<Version.Summary> known) {
    assertThat(known)
        .as("version %s, acknowledged: %s of %s", version.number(), done, attempts)
        .isIn(fold(version, done), fold(version, attempts.size()));
  }

  /** The same, and takes it for what happened. */
  void settle(Version<?, ?> version, List<Version.Summary> known) {
    check(version, known);
    if (!known.equals(fold(version, done))) {
      done = attempts.size();
    }
    attempts.subList(done, attempts.size()).clear();
  }

  /** What a version knows after the first of them. */
  private List<Version.Summary> fold(Version<?, ?> version, int count) {
    SortedMap<Long, Version.Summary> tickets = new TreeMap<>();
    for (String each : attempts.subList(0, count)) {
      long ticket = ticket(each);
      Version.Summary before = tickets.get(ticket);
      if (before == null) {
        assertThat(each).startsWith("open ");
        tickets.put(
            ticket, new Version.Summary(ticket, "ticket " + ticket, true, Optional.empty()));
      } else if (each.startsWith("close ")) {
        tickets.put(
            ticket, new Version.Summary(ticket, before.subject(), false, before.assignee()));
      } else if (version.number() > 1) {
        tickets.put(
            ticket,
            new Version.Summary(
                ticket, before.subject(), before.open(), Optional.of(DeskProcess.ASSIGNEE)));
      }
    }
    return List.copyOf(tickets.values());
  }

  private static long ticket(String what) {
    return Long.parseLong(what.substring(what.indexOf(' ') + 1));
  }
}

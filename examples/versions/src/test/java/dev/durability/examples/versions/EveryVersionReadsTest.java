package dev.durability.examples.versions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.codec.Codec;
import dev.durability.examples.versions.v1.Version1;
import dev.durability.examples.versions.v2.Version2;
import dev.durability.examples.versions.v3.Version3;
import dev.durability.examples.versions.v4.Version4;
import dev.durability.examples.versions.v5.Person;
import dev.durability.examples.versions.v5.Version5;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalRecord;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Each version reads what itself and all before it wrote, as it means it. */
class EveryVersionReadsTest {
  private static final Optional<Instant> DUE = Optional.of(Instant.parse("2031-05-06T07:08:09Z"));

  private static final List<dev.durability.examples.versions.v1.Event> FIRST =
      List.of(
          new dev.durability.examples.versions.v1.Event.Opened(1, "no power"),
          new dev.durability.examples.versions.v1.Event.Closed(1));

  private static final List<dev.durability.examples.versions.v2.Event> SECOND =
      List.of(
          new dev.durability.examples.versions.v2.Event.Opened(
              2,
              "no light",
              dev.durability.examples.versions.v2.Priority.LOW,
              List.of("light", "cellar")),
          new dev.durability.examples.versions.v2.Event.Assigned(2, "Ann <ann@example.org>"),
          new dev.durability.examples.versions.v2.Event.Closed(2));

  private static final List<dev.durability.examples.versions.v3.Event> THIRD =
      List.of(
          new dev.durability.examples.versions.v3.Event.Opened(
              dev.durability.examples.versions.v3.Priority.NORMAL,
              "no water",
              List.of("water"),
              1L << 40),
          new dev.durability.examples.versions.v3.Event.Assigned(1L << 40, "Bob"),
          new dev.durability.examples.versions.v3.Event.Resolved(1L << 40));

  private static final List<dev.durability.examples.versions.v4.Event> FOURTH =
      List.of(
          new dev.durability.examples.versions.v4.Event.Opened(
              4, "no heat", dev.durability.examples.versions.v4.Priority.URGENT, DUE),
          new dev.durability.examples.versions.v4.Event.Assigned(4, Optional.empty()),
          new dev.durability.examples.versions.v4.Event.Resolved(4));

  private static final List<dev.durability.examples.versions.v5.Event> FIFTH =
      List.of(
          new dev.durability.examples.versions.v5.Event.Opened(5, "no time", 4, DUE),
          new dev.durability.examples.versions.v5.Event.Assigned(
              5, Set.of(new Person("Eve", Optional.empty()))));

  private static final String ASSIGNEE = "Ann <ann@example.org>";

  private final Directory directory = new MemoryDirectory();

  private <E> void append(Codec<E> codec, List<E> events) throws IOException {
    try (WalWriter<E> log = WalWriter.open(directory, codec, WalOptions.defaults())) {
      for (E event : events) {
        log.append(event);
      }
      log.sync();
    }
  }

  private <E> List<E> read(Codec<E> codec) throws IOException {
    return WalReader.of(directory, codec).readAll().stream().map(WalRecord::entry).toList();
  }

  private static <E> List<E> with(List<E> before, List<E> written) {
    List<E> all = new ArrayList<>(before);
    all.addAll(written);
    return all;
  }

  @Test
  void eachVersionReadsTheEventsOfAllBeforeIt() throws IOException {
    append(Version1.EVENTS, FIRST);
    assertThat(read(Version1.EVENTS)).isEqualTo(FIRST);

    append(Version2.EVENTS, SECOND);
    assertThat(read(Version2.EVENTS))
        .isEqualTo(
            with(
                List.of(
                    new dev.durability.examples.versions.v2.Event.Opened(
                        1,
                        "no power",
                        dev.durability.examples.versions.v2.Priority.NORMAL,
                        List.of()),
                    new dev.durability.examples.versions.v2.Event.Closed(1)),
                SECOND));

    append(Version3.EVENTS, THIRD);
    assertThat(read(Version3.EVENTS))
        .isEqualTo(
            with(
                List.of(
                    new dev.durability.examples.versions.v3.Event.Opened(
                        dev.durability.examples.versions.v3.Priority.NORMAL,
                        "no power",
                        List.of(),
                        1),
                    new dev.durability.examples.versions.v3.Event.Resolved(1),
                    new dev.durability.examples.versions.v3.Event.Opened(
                        dev.durability.examples.versions.v3.Priority.LOW,
                        "no light",
                        List.of("light", "cellar"),
                        2),
                    new dev.durability.examples.versions.v3.Event.Assigned(
                        2, "Ann <ann@example.org>"),
                    new dev.durability.examples.versions.v3.Event.Resolved(2)),
                THIRD));

    append(Version4.EVENTS, FOURTH);
    assertThat(read(Version4.EVENTS))
        .isEqualTo(
            with(
                List.of(
                    new dev.durability.examples.versions.v4.Event.Opened(
                        1,
                        "no power",
                        dev.durability.examples.versions.v4.Priority.MEDIUM,
                        Optional.empty()),
                    new dev.durability.examples.versions.v4.Event.Resolved(1),
                    new dev.durability.examples.versions.v4.Event.Opened(
                        2,
                        "no light",
                        dev.durability.examples.versions.v4.Priority.LOW,
                        Optional.empty()),
                    new dev.durability.examples.versions.v4.Event.Assigned(
                        2, Optional.of("Ann <ann@example.org>")),
                    new dev.durability.examples.versions.v4.Event.Resolved(2),
                    new dev.durability.examples.versions.v4.Event.Opened(
                        1L << 40,
                        "no water",
                        dev.durability.examples.versions.v4.Priority.MEDIUM,
                        Optional.empty()),
                    new dev.durability.examples.versions.v4.Event.Assigned(
                        1L << 40, Optional.of("Bob")),
                    new dev.durability.examples.versions.v4.Event.Resolved(1L << 40)),
                FOURTH));

    append(Version5.EVENTS, FIFTH);
    assertThat(read(Version5.EVENTS))
        .isEqualTo(
            with(
                List.of(
                    new dev.durability.examples.versions.v5.Event.Opened(
                        1, "no power", 3, Optional.empty()),
                    new dev.durability.examples.versions.v5.Event.Resolved(1),
                    new dev.durability.examples.versions.v5.Event.Opened(
                        2, "no light", 4, Optional.empty()),
                    new dev.durability.examples.versions.v5.Event.Assigned(
                        2, Set.of(new Person("Ann", Optional.of("ann@example.org")))),
                    new dev.durability.examples.versions.v5.Event.Resolved(2),
                    new dev.durability.examples.versions.v5.Event.Opened(
                        1L << 40, "no water", 3, Optional.empty()),
                    new dev.durability.examples.versions.v5.Event.Assigned(
                        1L << 40, Set.of(new Person("Bob", Optional.empty()))),
                    new dev.durability.examples.versions.v5.Event.Resolved(1L << 40),
                    new dev.durability.examples.versions.v5.Event.Opened(4, "no heat", 1, DUE),
                    new dev.durability.examples.versions.v5.Event.Assigned(4, Set.of()),
                    new dev.durability.examples.versions.v5.Event.Resolved(4)),
                FIFTH));

    List<Long> firstIds = new ArrayList<>();
    WalMaintenance.schemas(directory).forEach(range -> firstIds.add(range.firstEntryId()));
    assertThat(firstIds).containsExactly(1L, 3L, 6L, 9L, 12L);
  }

  @Test
  void eachVersionGoesOnFromTheCheckpointOfEachBeforeIt() throws IOException {
    for (Version<?, ?> from : Versions.ALL) {
      for (Version<?, ?> to : Versions.ALL.subList(from.number() - 1, Versions.ALL.size())) {
        Directory fresh = new MemoryDirectory();
        try (HelpDesk<?, ?> desk = open(from, fresh)) {
          desk.openTicket(1, "ticket 1");
          assertThat(desk.assignTicket(1, ASSIGNEE)).isEqualTo(from.number() > 1);
          desk.checkpoint();
        }
        Set<Long> tickets = new TreeSet<>();
        try (HelpDesk<?, ?> desk = open(to, fresh)) {
          assertThat(desk.checkpointId()).as("%s by %s", from.number(), to.number()).isPositive();
          desk.openTicket(2, "ticket 2");
          desk.summary().forEach(each -> tickets.add(each.ticket()));
          assertThat(desk.summary().get(0))
              .isEqualTo(
                  new Version.Summary(
                      1,
                      "ticket 1",
                      true,
                      from.number() == 1 ? Optional.empty() : Optional.of(ASSIGNEE)));
        }
        assertThat(tickets).containsExactly(1L, 2L);
      }
    }
  }

  private static HelpDesk<?, ?> open(Version<?, ?> version, Directory directory)
      throws IOException {
    return HelpDesk.open(version, directory);
  }
}

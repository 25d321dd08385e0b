package dev.durability.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.LogBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Where in the segments of a log an entry is looked for, and whose log it is. */
class LogListingTest {
  private static final SegmentName FIRST = new SegmentName(4, 10);
  private static final SegmentName SECOND = new SegmentName(5, 20);
  private static final SegmentName THIRD = new SegmentName(6, 30);

  private final MemoryDirectory directory = new MemoryDirectory();
  private final LogListing listing = LogListing.withoutVerdict(List.of(FIRST, SECOND, THIRD));

  @Test
  void entryIsInTheLastSegmentThatStartsAtItOrBefore() {
    assertThat(listing.indexOf(9)).isEqualTo(-1);
    assertThat(listing.indexOf(10)).isZero();
    assertThat(listing.indexOf(19)).isZero();
    assertThat(listing.indexOf(20)).isEqualTo(1);
    assertThat(listing.indexOf(30)).isEqualTo(2);
    assertThat(listing.indexOf(Long.MAX_VALUE)).isEqualTo(2);
  }

  @Test
  void segmentsBehindTheLastThatIsAllowedAreNotLookedAt() {
    assertThat(listing.indexOf(35, THIRD)).isEqualTo(2);
    assertThat(listing.indexOf(35, SECOND)).isEqualTo(1);
    assertThat(listing.indexOf(35, FIRST)).isZero();
    assertThat(listing.indexOf(9, SECOND)).isEqualTo(-1);
    assertThat(listing.indexOf(35, new SegmentName(3, 99))).isEqualTo(-1);
    assertThat(listing.indexOf(35, new SegmentName(5, 19))).isZero();
  }

  @Test
  void segmentsAreListedInOrderAndOtherNamesAreNot() throws IOException {
    LogBuilder log = new LogBuilder(directory);
    log.segment(6, 30).write().segment(4, 10).write().segment(5, 20).write();
    LogBuilder.put(directory, "wal/spare.tmp", ByteBuffer.allocate(1));
    assertThat(LogListing.segments(directory)).containsExactly(FIRST, SECOND, THIRD);
  }

  @Test
  void logIsThatOfTheNewestWholeHeader() throws IOException {
    UUID other = new UUID(7, 7);
    LogBuilder log = new LogBuilder(directory);
    log.segment(4, 10).write();
    log.segment(other, 5, 20, 1, 2).write();
    log.segment(6, 30).flip(9).write();
    List<SegmentName> all = LogListing.segments(directory);
    assertThat(LogListing.logId(directory, all)).isEqualTo(other);
    directory.delete(SECOND.path());
    assertThat(LogListing.logId(directory, all)).isEqualTo(LogBuilder.LOG_ID);
    directory.delete(FIRST.path());
    assertThat(LogListing.logId(directory, all)).isNull();
    assertThat(LogListing.of(directory, all).covered()).isZero();
  }

  @Test
  void whatIsBeforeTheStartCountsAsCoveredAndALaterCheckpointForMore() throws IOException {
    LogBuilder log = new LogBuilder(directory);
    log.segment(4, 10).entries(10).end(19).write();
    log.segment(5, 20).entries(10).end(29).write();
    List<SegmentName> all = LogListing.segments(directory);
    assertThat(LogListing.from(directory, all, all.get(1)).covered()).isEqualTo(19);
    assertThat(LogListing.from(directory, all, all.get(0)).covered()).isEqualTo(9);
    assertThat(LogListing.from(directory, all, null).covered()).isZero();
    log.checkpointFile(CheckpointName.path(15), LogBuilder.LOG_ID, 15);
    assertThat(LogListing.from(directory, all, all.get(1)).covered()).isEqualTo(19);
    assertThat(LogListing.from(directory, all, all.get(0)).covered()).isEqualTo(15);
    assertThat(LogListing.of(directory, all).covered()).isEqualTo(15);
  }

  @Test
  void numberThatNoEntryHasIsRefusedAsCovered() throws IOException {
    new LogBuilder(directory).segment(1).entries(1).write();
    List<SegmentName> all = LogListing.segments(directory);
    assertThat(LogListing.of(directory, all, Long.MAX_VALUE - 1).start()).isZero();
    for (long none : new long[] {-1, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> LogListing.of(directory, all, none))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("up to " + none);
    }
  }

  @Test
  void logWithoutASegmentIsMissing() throws IOException {
    assertThatThrownBy(() -> LogListing.existing(directory))
        .isInstanceOf(NoSuchFileException.class);
    directory.createDirectories("wal");
    assertThat(LogListing.segments(directory)).isEmpty();
    assertThatThrownBy(() -> LogListing.existing(directory))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("no log here");
  }

  @Test
  void ofSegmentsWithTheSameFirstEntryTheLaterStands() {
    SegmentName again = new SegmentName(5, 10);
    assertThat(LogListing.standing(List.of(FIRST, again))).containsExactly(again);
    LogListing both = LogListing.withoutVerdict(List.of(FIRST, again, THIRD));
    assertThat(both.segments()).containsExactly(again, THIRD);
    assertThat(both.names()).containsExactly(FIRST, again, THIRD);
  }

  @Test
  void firstEntryAfterASegmentIsTheLowestOfAllThatFollowIt() {
    SegmentName cut = new SegmentName(7, 15);
    LogListing all = LogListing.withoutVerdict(List.of(FIRST, SECOND, THIRD, cut));
    assertThat(all.firstIdAfter(FIRST)).isEqualTo(15);
    assertThat(all.firstIdAfter(cut)).isEqualTo(Long.MAX_VALUE);
    assertThat(listing.firstIdAfter(FIRST)).isEqualTo(20);
    assertThat(listing.firstIdAfter(SECOND)).isEqualTo(30);
    assertThat(listing.firstIdAfter(THIRD)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void listingWithoutASegmentIsMadeOnceMore() throws IOException {
    new LogBuilder(directory).segment(4, 10).write();
    AtomicInteger lists = new AtomicInteger();
    Directory late =
        new ForwardingDirectory(directory) {
          @Override
          public List<String> list(String path) throws IOException {
            boolean isFirst = path.equals("wal") && lists.getAndIncrement() == 0;
            return isFirst ? List.of() : super.list(path);
          }
        };
    assertThat(LogListing.existing(late)).containsExactly(FIRST);
    assertThat(lists).hasValue(2);
    assertThat(LogListing.existing(late)).containsExactly(FIRST);
    assertThat(lists).as("one that shows a segment is not made again").hasValue(3);
  }
}

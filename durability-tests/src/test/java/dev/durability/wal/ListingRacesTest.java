package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codecs;
import dev.durability.log.Verdict;
import dev.durability.segment.CheckpointName;
import dev.durability.segment.LogFiles;
import dev.durability.segment.SegmentName;
import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.ReadFile;
import dev.durability.testkit.Fault.Operation;
import dev.durability.testkit.FaultDirectory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Listings that change while a log is listed and verified. */
class ListingRacesTest extends DamagedLogs {
  @Test
  void segmentThatIsTruncatedWhileVerifyingIsNoMissingLog() throws IOException {
    LogBuilder log = log();
    log.checkpointFile("later", LogBuilder.LOG_ID, 4);
    boolean[] done = {false};
    FaultDirectory racing =
        new FaultDirectory(directory)
            .before(
                (operation, path) -> {
                  if (operation == Operation.OPEN && path.equals(FIRST) && !done[0]) {
                    done[0] = true;
                    try {
                      directory.delete(FIRST);
                      directory.createDirectories(CheckpointName.DIRECTORY);
                      directory.rename("later", CheckpointName.path(4));
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  }
                });
    assertThat(WalMaintenance.verify(racing).verdict()).isEqualTo(Verdict.CLEAN);
    assertThat(done[0]).isTrue();
  }

  @Test
  void segmentsThatAreListedAndNeverThereAreAnErrorAndNoEndlessSearch() throws IOException {
    log();
    int[] opened = {0};
    Directory vanishing =
        new ForwardingDirectory(directory) {
          @Override
          public ReadFile open(String path) throws IOException {
            opened[0]++;
            throw new NoSuchFileException(path);
          }
        };
    List<ThrowingCallable> calls =
        List.of(
            () -> WalMaintenance.verify(vanishing),
            () -> WalMaintenance.segments(vanishing),
            () -> WalMaintenance.schemas(vanishing),
            () -> WalReader.of(vanishing, Codecs.utf8()).replay(1, 9, (id, entry) -> {}));
    for (ThrowingCallable call : calls) {
      opened[0] = 0;
      assertThatThrownBy(call).isInstanceOf(NoSuchFileException.class);
      assertThat(opened[0]).isBetween(50, 1000);
    }
  }

  @Test
  void segmentThatIsThereAtASecondLookIsListed() throws IOException {
    log();
    int[] opened = {0};
    Directory late =
        new ForwardingDirectory(directory) {
          @Override
          public ReadFile open(String path) throws IOException {
            if (++opened[0] <= 2) {
              throw new NoSuchFileException(path);
            }
            return super.open(path);
          }
        };
    assertThat(WalMaintenance.segments(late)).isEqualTo(WalMaintenance.segments(directory));
    opened[0] = 0;
    assertThat(WalMaintenance.verify(late)).isEqualTo(WalMaintenance.verify(directory));
  }

  /** Lists the segments in another way each time that is said, then as they are. */
  private static final class Listings extends ForwardingDirectory {
    private final Deque<List<String>> next = new ArrayDeque<>();
    private int lists;

    Listings(Directory under) {
      super(under);
    }

    @Override
    public List<String> list(String path) throws IOException {
      if (!path.equals(LogFiles.SEGMENTS)) {
        return super.list(path);
      }
      lists++;
      List<String> planned = next.poll();
      return planned == null ? super.list(path) : planned;
    }
  }

  @Test
  void segmentThatAListingLackedIsNotTakenForALostOne() throws IOException {
    log();
    Listings listings = new Listings(directory);
    assertThat(WalMaintenance.verify(listings).verdict()).isEqualTo(Verdict.CLEAN);
    assertThat(listings.lists).as("a log that is in order is judged once").isEqualTo(1);
    listings.next.add(List.of(name(FIRST), name(THIRD)));
    assertThat(WalMaintenance.verify(listings).verdict()).isEqualTo(Verdict.CLEAN);
    assertThat(listings.lists).isEqualTo(3);
  }

  @Test
  void segmentThatWasTruncatedIsNoLookAtDamage() throws IOException {
    log();
    Listings listings = new Listings(directory);
    for (int miss = 0; miss < 5; miss++) {
      listings.next.add(List.of(name(FIRST), name(new SegmentName(99 + miss, 999).path())));
    }
    listings.next.add(List.of(name(FIRST), name(THIRD)));
    listings.next.add(List.of(name(SECOND), name(THIRD)));
    assertThat(WalMaintenance.verify(listings).verdict()).isEqualTo(Verdict.CLEAN);
    assertThat(listings.lists).isEqualTo(8);
  }

  @Test
  void damageIsJudgedThreeTimesIfEachListingIsAnotherAndTwiceIfNot() throws IOException {
    log();
    Listings listings = new Listings(directory);
    listings.next.add(List.of(name(FIRST), name(THIRD)));
    listings.next.add(List.of(name(SECOND), name(THIRD)));
    listings.next.add(List.of(name(THIRD)));
    assertThat(WalMaintenance.verify(listings).verdict()).isEqualTo(Verdict.CORRUPT);
    assertThat(listings.lists).isEqualTo(3);
    directory.delete(SECOND);
    listings.lists = 0;
    assertThat(WalMaintenance.verify(listings).verdict()).isEqualTo(Verdict.CORRUPT);
    assertThat(listings.lists).isEqualTo(2);
  }
}

package dev.durability.append;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.LockLostException;
import dev.durability.storage.DirectoryLock;
import dev.durability.wal.Await;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class LockCheckTest {
  private final CountingLock lock = new CountingLock();
  private final LockCheck check = new LockCheck(lock);

  @Test
  void whoWaitsAsksOnceForTheLeader() throws Exception {
    check.roundWritten();
    check.askForLeader();
    check.askForLeader();
    check.requireToAcknowledge();
    assertThat(lock.asked).isEqualTo(1);
  }

  @Test
  void leaderAsksIfNobodyDidSinceTheBytesWereWritten() throws Exception {
    check.askForLeader();
    assertThat(lock.asked).as("no round has written").isZero();
    check.roundWritten();
    check.askForLeader();
    check.requireToAcknowledge();
    check.roundWritten();
    check.requireToAcknowledge();
    assertThat(lock.asked).isEqualTo(2);
  }

  @Test
  void lockThatIsLostMeetsTheLeaderWhoeverAskedFirst() throws Exception {
    check.roundWritten();
    check.askForLeader();
    check.requireToAcknowledge();
    lock.lost = true;
    check.roundWritten();
    check.askForLeader();
    assertThatThrownBy(check::requireToAcknowledge).isInstanceOf(LockLostException.class);
    assertThat(lock.asked).isEqualTo(3);
  }

  @Test
  void answerToAnEarlierRoundIsNoneToThisOne() throws Exception {
    check.roundWritten();
    lock.meanwhile = check::roundWritten;
    check.askForLeader(); // The next round writes before this has the answer.
    lock.meanwhile = () -> {};
    check.requireToAcknowledge();
    assertThat(lock.asked).isEqualTo(2);
  }

  @Test
  void errorOfWhoAsksForTheLeaderIsLeftToTheLeader() throws Exception {
    check.roundWritten();
    lock.meanwhile =
        () -> {
          throw new StackOverflowError();
        };
    check.askForLeader();
    lock.meanwhile = () -> {};
    check.requireToAcknowledge();
    assertThat(lock.asked).isEqualTo(2);
  }

  @Test
  void whatIsWrittenNeedsALockThatWasFoundHeldWithinTheLastMillisecond() throws Exception {
    check.requireNow();
    long asked = System.nanoTime();
    lock.lost = true;
    Await.until(
        "the answer is too old", () -> System.nanoTime() - asked > LockCheck.HELD_FOR_NANOS);
    assertThatThrownBy(check::requireToWrite).isInstanceOf(LockLostException.class);
  }

  private static final class CountingLock implements DirectoryLock {
    private int asked;
    private boolean lost;
    private Runnable meanwhile = () -> {};

    @Override
    public boolean isHeld() {
      return !lost;
    }

    @Override
    public void requireHeld() throws IOException {
      asked++;
      meanwhile.run();
      if (lost) {
        throw new LockLostException("lost");
      }
    }

    @Override
    public void close() {}
  }
}

package dev.durability.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.durability.checkpoint.CheckpointWriter;
import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codecs;
import dev.durability.errors.DurabilityException;
import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.ReadFile;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Which checkpoint a recovery begins with, and which ones it passes over. */
class RecoveryCheckpointsTest extends RecoveryFixture {
  /** A history that throws while it reads a state. */
  private static StateMachine<List<String>, String> throwing(RuntimeException thrown, int bytes) {
    return new StateMachine<>() {
      @Override
      public List<String> initial() {
        return MACHINE.initial();
      }

      @Override
      public List<String> apply(List<String> state, String entry) {
        return MACHINE.apply(state, entry);
      }

      @Override
      public List<String> snapshot(List<String> state) {
        return MACHINE.snapshot(state);
      }

      @Override
      public void write(List<String> state, OutputStream out) throws IOException {
        MACHINE.write(state, out);
      }

      @Override
      public List<String> read(InputStream in) throws IOException {
        in.readNBytes(bytes);
        throw thrown;
      }
    };
  }

  @Test
  void machineThatCannotReadAWholeCheckpointIsTheCallersErrorAndADamagedOneIsPassedOver()
      throws IOException {
    Written written = new Written(disk, 13, 1000);
    written.write(60, 20, 4096);
    RuntimeException thrown = new IllegalStateException("not mine");
    var machine = throwing(thrown, 4);
    Recoverer<List<String>, String> recoverer = Recoverer.of(disk, Codecs.utf8(), machine);
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(() -> recoverer.recover(RecoveryOptions.latest()))
        .withCause(thrown);
    for (long id : Checkpoints.in(disk, Clock.systemUTC()).list()) {
      String path = Checkpoints.pathOf(id);
      long size;
      try (ReadFile file = disk.open(path)) {
        size = file.size();
      }
      try (AppendFile file = disk.resume(path, size)) {
        file.write(ByteBuffer.wrap(new byte[] {1})); // Behind what the machine reads.
      }
    }
    Recovery<List<String>> recovered = recoverer.recover(RecoveryOptions.latest());
    assertThat(recovered.state()).isEqualTo(written.upTo(Long.MAX_VALUE));
    assertThat(recovered.checkpointId()).isZero();
    assertThat(recovered.damagedCheckpoints()).isPositive();
  }

  @Test
  void checkpointsThatAreNotWhatTheirNameSaysArePassedOver() throws IOException {
    Written written = new Written(disk, 17, 1000);
    written.write(60, 20, 4096);
    List<Long> ids = Checkpoints.in(disk, Clock.systemUTC()).list();
    UUID logId = Objects.requireNonNull(WalMaintenance.checkpoints(disk).get(0).logId());
    for (long id : ids) {
      boolean other = id == ids.get(0);
      String path = Checkpoints.pathOf(id);
      disk.delete(path);
      try (CheckpointWriter writer =
          CheckpointWriter.create(
              disk,
              "elsewhere", // Under that name it would be refused.
              other ? UUID.randomUUID() : logId,
              other ? id : id + 1,
              Clock.systemUTC())) {
        MACHINE.write(List.of("of another log, or of another entry"), writer);
        writer.commit();
      }
      disk.createDirectories("checkpoints");
      disk.rename("elsewhere", path);
    }
    Recovery<List<String>> recovered = recoverer(disk).recover(RecoveryOptions.latest());
    assertSame(recovered.state(), written.upTo(Long.MAX_VALUE), "latest");
    assertThat(recovered.checkpointId()).isZero();
    assertThat(recovered.damagedCheckpoints()).isEqualTo(ids.size());
    assertThat(recoverer(disk).loadCheckpoint().state()).isEmpty();
  }

  @Test
  void checkpointWhosePathLeadsOutOfTheDirectoryIsPassedOver() throws IOException {
    Directory credulous =
        new ForwardingDirectory(disk) {
          @Override
          public boolean exists(String path) throws IOException {
            return path.equals("../outside") || super.exists(path);
          }

          @Override
          public void sync(String path) throws IOException {
            if (!path.equals("..")) {
              super.sync(path);
            }
          }
        };
    try (WalWriter<String> log = WalWriter.open(credulous, Codecs.utf8(), WalOptions.defaults())) {
      log.appendDurable("a");
      log.appendCheckpoint(1, "../outside");
      log.appendDurable("b");
    }
    Recovery<List<String>> recovered = recoverer(disk).recover(RecoveryOptions.latest());
    assertThat(recovered.state()).containsExactly("a", "b");
    assertThat(recovered.damagedCheckpoints()).isEqualTo(1);
  }

  @Test
  void logWhoseBeginningIsGoneSaysHowFarTheBestCheckpointReaches() throws IOException {
    writeThreeSegments();
    Checkpoints.in(disk, Clock.systemUTC())
        .write(
            Objects.requireNonNull(WalMaintenance.logId(disk)),
            1,
            out -> MACHINE.write(List.of("a"), out));
    disk.delete(WalMaintenance.segments(disk).get(0).file());
    disk.delete(WalMaintenance.segments(disk).get(0).file());
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(() -> latest(disk))
        .withMessageContaining("the log starts at entry 3")
        .withMessageContaining("0 are damaged, the best other one ends at entry 1");
  }
}

package dev.durability.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiskVerdictTest {

  @ParameterizedTest
  @CsvSource({
    "ext4, /dev/sda1, 1500, 30, IMPLAUSIBLE", // the sync is dropped
    "ext4, /dev/sda1, 7999, 30, IMPLAUSIBLE",
    "xfs, /dev/nvme0n1, 20000, 3, FAST", // a server's solid-state disk
    "xfs, /dev/nvme0n1, 700000, 4, PLAUSIBLE", // a consumer's
    "ext4, /dev/sda1, 8000000, 40, SLOW", // a spinning disk
    "nfs4, server:/export, 2500000, 40, SLOW",
    "tmpfs, tmpfs, 1000, 1.1, MEMORY",
    "tmpfs, tmpfs, 3000000, 5, MEMORY", // memory, on a machine that swaps
    "ext4, /dev/ram0, 12000, 3, MEMORY",
    "ext4, /dev/zram0, 12000, 3, MEMORY",
  })
  void verdictFollowsFromFileSystemAndTimeOfSyncedWrite(
      String type, String device, long nanos, double costOfSync, DiskVerdict verdict) {
    assertThat(DiskVerdict.of(new FileSystem(type, device), nanos, costOfSync)).isEqualTo(verdict);
  }

  @Test
  void syncThatCostsNothingIsImplausibleHoweverSlowTheMachine() {
    FileSystem fileSystem = new FileSystem("ext4", "/dev/sda1");
    assertThat(DiskVerdict.of(fileSystem, 50_000, 1.02)).isEqualTo(DiskVerdict.IMPLAUSIBLE);
    assertThat(DiskVerdict.of(fileSystem, 50_000, 1.5)).isEqualTo(DiskVerdict.FAST);
  }
}

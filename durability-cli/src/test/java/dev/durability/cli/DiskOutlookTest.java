package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DiskOutlookTest {
  private static final Instant NOW = Instant.parse("2026-03-04T05:30:00Z");
  private static final long MIB = 1 << 20;

  /** A log that got so many bytes in each of the last hours. */
  private static EntryHours hours(int hours, long bytesPerHour) {
    EntryHours all = new EntryHours();
    for (int ago = hours; ago > 0; ago--) {
      all.clock(NOW.minus(Duration.ofHours(ago)));
      all.entry(1, bytesPerHour);
    }
    return all;
  }

  private static DiskOutlook outlook(EntryHours hours, long freeBytes) {
    return DiskOutlook.of(freeBytes, 1000 * MIB, hours, NOW);
  }

  @Test
  void theRateIsThatOfTheLastDay() {
    // 24 entries in the 24.5 hours since 05:00 of the day before.
    DiskOutlook outlook = outlook(hours(100, 49 * MIB), 96 * MIB);
    assertThat(outlook.bytesPerHour()).isEqualTo(48 * MIB);
    assertThat(outlook.full()).isEqualTo(NOW.plus(Duration.ofHours(2)));
    assertThat(outlook.reason()).isEmpty();
  }

  @Test
  void aYoungerLogIsMeasuredSinceItsBeginning() {
    DiskOutlook outlook = outlook(hours(2, 10 * MIB), 20 * MIB);
    assertThat(outlook.bytesPerHour()).isEqualTo(10 * MIB);
    assertThat(outlook.full()).isEqualTo(NOW.plus(Duration.ofHours(2)));
  }

  @Test
  void whatCannotBeToldIsNotTold() {
    EntryHours young = new EntryHours();
    young.clock(NOW.minusSeconds(599));
    young.entry(1, MIB);
    assertThat(outlook(young, MIB).reason()).contains("younger than ten minutes");
    assertThat(outlook(young, MIB).full()).isNull();
    assertThat(outlook(young, MIB).bytesPerHour()).isNegative();

    EntryHours old = new EntryHours();
    old.clock(NOW.minus(Duration.ofDays(3)));
    old.entry(1, MIB);
    assertThat(outlook(old, MIB).reason()).contains("nothing was written in the last day");

    assertThat(outlook(new EntryHours(), MIB).reason()).contains("no times in the log");

    EntryHours future = new EntryHours();
    future.clock(NOW.plusSeconds(1));
    assertThat(outlook(future, MIB).reason()).contains("times in the future");

    DiskOutlook slow = outlook(hours(24, 1), 1L << 50);
    assertThat(slow.full()).isNull();
    assertThat(slow.reason()).contains("not within 100 years");
  }

  @Test
  void aFullDiskIsFullNow() {
    assertThat(outlook(hours(24, MIB), 0).full()).isEqualTo(NOW);
  }

  @Test
  void aLogWithAnyTimesTakesNoMoreMemory() {
    EntryHours hours = new EntryHours();
    for (int i = 0; i < 5000; i++) {
      hours.clock(Instant.EPOCH.plus(Duration.ofHours(i)));
      hours.entry(1, 24);
      hours.entry(2, 24);
    }
    assertThat(hours.all()).hasSize(31 * 24);
    assertThat(hours.all().get(0).begin()).isEqualTo(Instant.EPOCH.plus(Duration.ofHours(4256)));
    assertThat(hours.all().get(0).entries()).isEqualTo(2);
    assertThat(hours.all().get(0).payloadBytes()).isEqualTo(3);
    // An earlier hour once more: times of void segments go back.
    hours.clock(Instant.EPOCH.plus(Duration.ofHours(4900)));
    hours.entry(5, 24);
    assertThat(hours.all()).filteredOn(hour -> hour.entries() == 3).hasSize(1);
  }

  @Test
  void sizesAreCountedByPowersOfTwo() {
    SizeClasses sizes = new SizeClasses();
    for (int size : new int[] {0, 0, 1, 4, 7, 8, (1 << 28) - 1}) {
      sizes.add(size);
    }
    assertThat(sizes.entries()).isEqualTo(7);
    assertThat(sizes.bytes()).isEqualTo(20 + (1L << 28) - 1);
    assertThat(sizes.used()).hasSize(29);
    assertThat(sizes.used().get(0)).isEqualTo(new SizeClasses.SizeClass(0, 0, 2, 0));
    assertThat(sizes.used().get(1)).isEqualTo(new SizeClasses.SizeClass(1, 1, 1, 1));
    assertThat(sizes.used().get(2)).isEqualTo(new SizeClasses.SizeClass(2, 3, 0, 0));
    assertThat(sizes.used().get(3)).isEqualTo(new SizeClasses.SizeClass(4, 7, 2, 11));
    assertThat(sizes.used().get(28).from()).isEqualTo(1L << 27);
    assertThat(new SizeClasses().used()).isEmpty();
  }
}

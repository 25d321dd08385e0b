package dev.durability.bookkeeper.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ClusterFileTest {
  @TempDir Path directory;

  @Test
  void numbersAndPortsOfBookiesThatAreGoneAreNotUsedAgain() throws IOException {
    ClusterFile file = ClusterFile.open(directory);
    file.addZooKeeper(new ClusterFile.ZooKeeperPorts(1, 2, 3));
    file.addBookie(4);
    file.addBookie(5);
    file.removeBookie(2);
    file.removeBookie(7); // There is none.
    file.save();

    ClusterFile again = ClusterFile.open(directory);
    assertThat(again.zooKeepers()).containsExactly(new ClusterFile.ZooKeeperPorts(1, 2, 3));
    assertThat(again.bookies()).containsExactly(1);
    assertThat(again.bookiePort(1)).isEqualTo(4);
    assertThat(again.nextBookie()).isEqualTo(3);
    assertThat(again.ports()).containsExactlyInAnyOrder(1, 2, 3, 4, 5);
    assertThat(again.hasLedgers()).isFalse();
    again.setHasLedgers();
    assertThat(again.hasLedgers()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "format=2",
        "format=1\nzookeeper.1=1 2",
        "format=1\nzookeeper.1=1 2 x",
        "format=1\nbookie.1=",
        "format=1\nbookie.1=\\u00"
      })
  void aFileThatCannotBeReadIsNamed(String text) throws IOException {
    Files.writeString(directory.resolve("cluster.properties"), text);

    assertThatThrownBy(
            () -> {
              ClusterFile file = ClusterFile.open(directory);
              file.zooKeepers();
              file.ports();
            })
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(directory.resolve("cluster.properties").toString());
  }

  @Test
  void portsAreNotChosenTwice() throws IOException {
    Set<Integer> taken =
        IntStream.range(20_000, 31_990).boxed().collect(Collectors.toCollection(HashSet::new));
    Set<Integer> chosen = new HashSet<>();
    try (FreePorts ports = new FreePorts(taken)) {
      assertThatThrownBy(
              () -> {
                while (true) {
                  assertThat(chosen.add(ports.next())).isTrue();
                }
              })
          .isInstanceOf(IOException.class)
          .hasMessage("no free port between 20000 and 32000 was found");
    }
    assertThat(chosen).hasSizeLessThanOrEqualTo(10).doesNotContainAnyElementsOf(taken);
  }

  /** Between the choice of a port and the start of its node nobody has it. */
  @Test
  void portThatWasChosenIsNotChosenByAnotherUntilItsNodeHasIt() throws IOException {
    try (FreePorts others = new FreePorts(Set.of())) {
      int port;
      try (FreePorts ports = new FreePorts(Set.of())) {
        port = ports.next();
        assertThat(FreePorts.isFree(port)).isTrue();
        assertThat(others.reserve(port)).isFalse();
      }
      assertThat(others.reserve(port)).isTrue();
    }
  }

  @Test
  void optionsAreChecked() {
    LocalClusterOptions options = LocalClusterOptions.inThisJvm();

    assertThatThrownBy(() -> options.zooKeepers(2)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> options.zooKeepers(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> options.zooKeepers(9)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> options.bookies(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> options.bookies(21)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> options.patience(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> options.patience(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> options.bookieSession(Duration.ofMillis(999)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> options.bookieSession(Duration.ofSeconds(61)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(options.withAutoRecovery().hasAutoRecovery()).isTrue();
    assertThat(options.bookieSession(Duration.ofSeconds(2)).bookieSession().toSeconds())
        .isEqualTo(2);
  }
}

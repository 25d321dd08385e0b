package dev.durability.bookkeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class BookKeeperOptionsTest {

  @Test
  void addressAloneGivesTheDefaults() {
    BookKeeperOptions options = BookKeeperOptions.parse("bk://zk1:2181,zk2:2182;[::1]:3/a/b-c.d");
    assertThat(options.servers()).isEqualTo("zk1:2181,zk2:2182,[::1]:3");
    assertThat(options.root()).isEqualTo("/a/b-c.d");
    assertThat(options.ledgersRoot()).isEqualTo("/ledgers");
    assertThat(options.ensembleSize()).isEqualTo(3);
    assertThat(options.writeQuorum()).isEqualTo(3);
    assertThat(options.ackQuorum()).isEqualTo(2);
    assertThat(options.sessionTimeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(options.keepDeleted()).isEqualTo(Duration.ofMinutes(10));
    assertThat(options.takeOver()).isEqualTo(TakeOver.AFTER_SESSION);
    assertThat(options.outstandingBytesMax()).isEqualTo(8 << 20);
    assertThat(options.password()).isEmpty();
    assertThat(options).hasToString("bk://zk1:2181,zk2:2182,[::1]:3/a/b-c.d");
  }

  @Test
  void parametersSetTheOptions() {
    BookKeeperOptions options =
        BookKeeperOptions.parse(
            "bk://z:1/a?ledgers=%2Fbk%2Fledgers&ensemble=5&writeQuorum=4&ackQuorum=3&session=500ms"
                + "&takeOver=at-once&keepDeleted=2h");
    assertThat(options.ledgersRoot()).isEqualTo("/bk/ledgers");
    assertThat(options.ensembleSize()).isEqualTo(5);
    assertThat(options.writeQuorum()).isEqualTo(4);
    assertThat(options.ackQuorum()).isEqualTo(3);
    assertThat(options.sessionTimeout()).isEqualTo(Duration.ofMillis(500));
    assertThat(options.keepDeleted()).isEqualTo(Duration.ofHours(2));
    assertThat(options.takeOver()).isEqualTo(TakeOver.AT_ONCE);
    assertThat(BookKeeperOptions.parse("bk://z:1/a?session=3s&keepDeleted=4m").keepDeleted())
        .isEqualTo(Duration.ofMinutes(4));
  }

  @Test
  void aBuilderOfOptionsKeepsAllThatIsNotSet() {
    BookKeeperOptions options =
        BookKeeperOptions.parse(
            "bk://z:1/a?ledgers=/bk&ensemble=5&writeQuorum=4&ackQuorum=3&session=500ms"
                + "&takeOver=at-once&keepDeleted=2h");

    BookKeeperOptions changed = options.toBuilder().keepDeleted(Duration.ZERO).build();

    assertThat(changed.keepDeleted()).isZero();
    assertThat(changed).usingRecursiveComparison().ignoringFields("keepDeleted").isEqualTo(options);
  }

  @Test
  void whatIsNoAddressIsRefusedWithTheReason() {
    for (List<String> each :
        List.of(
            List.of("zk://z:1/a", "bk://"),
            List.of("bk://z:1", "no path"),
            List.of("bk://z/a", "host:port"),
            List.of("bk://z:70000/a", "host:port"),
            List.of("bk://z:1,/a", "host:port"),
            List.of("bk://z:1/", "root"),
            List.of("bk://z:1/a//b", "root"),
            List.of("bk://z:1/zookeeper", "root"),
            List.of("bk://z:1/a?", "name=value"),
            List.of("bk://z:1/a?x=1", "unknown"),
            List.of("bk://z:1/a?session=1s&session=2s", "twice"),
            List.of("bk://z:1/a?session=1", "duration"),
            List.of("bk://z:1/a?session=1ms", "100 ms"),
            List.of("bk://z:1/a?ensemble=many", "number"),
            List.of("bk://z:1/a?ensemble=2", "at least the next"),
            List.of("bk://z:1/a?ackQuorum=1", "at least 2"),
            List.of("bk://z:1/a?takeOver=never", "at-once"))) {
      assertThatThrownBy(() -> BookKeeperOptions.parse(each.get(0)))
          .as(each.get(0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(each.get(1));
    }
  }

  @Test
  void optionsOutOfBoundsAreRefused() {
    BookKeeperOptions.Builder builder = BookKeeperOptions.builder("z:1", "/a");
    assertThatThrownBy(() -> builder.keepDeleted(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder.outstandingBytesMax(1 << 15))
        .isInstanceOf(IllegalArgumentException.class);
    byte[] password = {1, 2};
    BookKeeperOptions options =
        builder.password(password).outstandingBytesMax(1 << 16).quorums(1, 1, 1).build();
    password[0] = 9;
    assertThat(options.password()).containsExactly(1, 2);
  }
}

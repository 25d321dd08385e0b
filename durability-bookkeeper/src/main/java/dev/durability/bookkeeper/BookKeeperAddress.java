package dev.durability.bookkeeper;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code bk://} addresses. */
final class BookKeeperAddress {
  static final String SCHEME = "bk://";

  private static final Pattern SERVER =
      Pattern.compile("([^\\s:,;/?#\\[\\]]+|\\[[0-9a-fA-F:.]+\\]):(\\d{1,5})");
  private static final Pattern ROOT = Pattern.compile("(/[A-Za-z0-9][A-Za-z0-9._-]*)+");
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

  private BookKeeperAddress() {}

  static BookKeeperOptions parse(String address) {
    if (!address.startsWith(SCHEME)) {
      throw new IllegalArgumentException("\"" + address + "\" does not start with " + SCHEME);
    }
    String rest = address.substring(SCHEME.length());
    int query = rest.indexOf('?');
    String place = query < 0 ? rest : rest.substring(0, query);
    int slash = place.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException(
          "\"" + address + "\" has no path: bk://host:port,host:port/path");
    }
    BookKeeperOptions.Builder builder =
        BookKeeperOptions.builder(place.substring(0, slash), place.substring(slash));
    if (query >= 0) {
      new Parameters(builder).readAll(rest.substring(query + 1));
    }
    return builder.build();
  }

  static String checkedServers(String servers) {
    String commas = servers.replace(';', ',');
    for (String server : commas.split(",", -1)) {
      Matcher matcher = SERVER.matcher(server);
      if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > 65535) {
        throw new IllegalArgumentException(
            "\"" + servers + "\": each ZooKeeper server is host:port, with commas between them");
      }
    }
    return commas;
  }

  static String checkedRoot(String root) {
    if (!ROOT.matcher(root).matches() || root.equals("/zookeeper")) {
      throw new IllegalArgumentException(
          "\""
              + root
              + "\" is no path for a root in ZooKeeper: use names of letters, digits, '.', '_' and"
              + " '-', each after a '/'");
    }
    return root;
  }

  static Duration duration(String value) {
    Matcher matcher = DURATION.matcher(value);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "\"" + value + "\" is no duration: write 500ms, 10s, 5m or 1h");
    }
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      default -> Duration.ofHours(number);
    };
  }

  /** The parameters after the question mark. */
  private static final class Parameters {
    private final BookKeeperOptions.Builder builder;
    private final Set<String> seen = new HashSet<>();
    private int ensemble = 3;
    private int writeQuorum = 3;
    private int ackQuorum = 2;

    Parameters(BookKeeperOptions.Builder builder) {
      this.builder = builder;
    }

    void readAll(String query) {
      for (String parameter : query.split("&", -1)) {
        int equals = parameter.indexOf('=');
        if (equals <= 0) {
          throw new IllegalArgumentException("\"" + parameter + "\" is not name=value");
        }
        String name = parameter.substring(0, equals);
        if (!seen.add(name)) {
          throw new IllegalArgumentException("\"" + name + "\" is given twice");
        }
        read(name, URLDecoder.decode(parameter.substring(equals + 1), StandardCharsets.UTF_8));
      }
      builder.quorums(ensemble, writeQuorum, ackQuorum);
    }

    private void read(String name, String value) {
      switch (name) {
        case "ledgers" -> builder.ledgersRoot(value);
        case "ensemble" -> ensemble = number(name, value);
        case "writeQuorum" -> writeQuorum = number(name, value);
        case "ackQuorum" -> ackQuorum = number(name, value);
        case "session" -> builder.sessionTimeout(duration(value));
        case "keepDeleted" -> builder.keepDeleted(duration(value));
        case "takeOver" -> builder.takeOver(takeOver(value));
        default ->
            throw new IllegalArgumentException(
                "unknown parameter \""
                    + name
                    + "\": ledgers, ensemble, writeQuorum, ackQuorum, session, keepDeleted and"
                    + " takeOver exist");
      }
    }

    private static TakeOver takeOver(String value) {
      for (TakeOver each : TakeOver.values()) {
        if (each.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(value)) {
          return each;
        }
      }
      throw new IllegalArgumentException("takeOver=" + value + ": after-session and at-once exist");
    }

    private static int number(String name, String value) {
      if (!value.matches("\\d{1,3}")) {
        throw new IllegalArgumentException(name + "=" + value + " is no number of bookies");
      }
      return Integer.parseInt(value);
    }
  }
}

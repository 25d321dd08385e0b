package dev.durability.bookkeeper;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * Who holds a lock, in words for people, and two that the library reads: the process, and its
 * session timeout.
 *
 * @param process names one run of a JVM
 * @param client the mark of the directory object
 * @param sessionTimeout after which it is gone if it is dead
 * @param words host, process id and time
 */
record HolderText(String process, String client, Duration sessionTimeout, String words) {
  /** This run of this JVM. Copies of the class in other class loaders are other processes. */
  static final String THIS_PROCESS = ProcessHandle.current().pid() + "-" + Session.randomId();

  static HolderText ofThisProcess(String client, Duration sessionTimeout, Instant now) {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException unnamed) {
      host = "an unknown host";
    }
    return new HolderText(
        THIS_PROCESS,
        client,
        sessionTimeout,
        "process " + ProcessHandle.current().pid() + " on " + host + " since " + now);
  }

  byte[] encode() {
    String text = "process=" + process + "\nclient=" + client;
    text += "\nsession=" + sessionTimeout.toMillis() + "\nwho=" + words;
    return text.getBytes(UTF_8);
  }

  static HolderText decode(byte[] bytes) {
    Map<String, String> values = new TreeMap<>();
    for (String line : new String(bytes, UTF_8).split("\n", -1)) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        values.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    String millis = values.getOrDefault("session", "");
    return new HolderText(
        values.getOrDefault("process", ""),
        values.getOrDefault("client", ""),
        Duration.ofMillis(millis.matches("\\d{1,9}") ? Long.parseLong(millis) : 0),
        values.getOrDefault("who", "somebody"));
  }
}

package dev.durability.systemcalls;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.durability.systemcalls.SystemCall.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@code strace -f -y -xx} wrote. A call that failed had no effect that anything may be
 * built on, and is left out; one that a death cut off is kept, as its effect may be there.
 */
final class StraceOutput {
  /** A question mark lets a system be without that call. */
  static final String TRACED =
      "?open,?openat,?openat2,?creat,?write,?pwrite64,?writev,?pwritev,?pwritev2,?sendfile,"
          + "?copy_file_range,?splice,?io_uring_setup,?fsync,?fdatasync,"
          + "?rename,?renameat,?renameat2,?link,?linkat,?unlink,?unlinkat,?mkdir,?mkdirat,"
          + "?truncate,?ftruncate,?fallocate";

  private static final Pattern LINE = Pattern.compile("(\\d+) +(.*)");
  private static final Pattern ENDS_LATER =
      Pattern.compile("(.*?) *<(?:unfinished|detached) \\.\\.\\.>");
  private static final Pattern GOES_ON = Pattern.compile("<\\.\\.\\. \\w+ resumed>(.*)");

  /** A thread ended, a signal came, or a thread died before its call was seen. */
  private static final Pattern NO_CALL = Pattern.compile("\\+\\+\\+|---|\\?\\?\\?");

  private static final Pattern CALL =
      Pattern.compile("(\\w+)\\((.*)\\) += (-1 \\(errno \\d+\\)|-?\\d+|\\?).*");
  private static final Pattern CALL_CUT_OFF = Pattern.compile("(\\w+)\\((.*)");

  /** A file with its path, a text, or anything else up to the comma. */
  private static final Pattern ARGUMENT =
      Pattern.compile(
          "(?:\\w+<(?<file>[^>]*)>(?<gone>\\(deleted\\))?|\"(?<text>[^\"]*)\"|[^,]+),? *");

  /** Whose first argument is a file or directory, and the second a path in it. */
  private static final Set<String> AT =
      Set.of("openat", "openat2", "renameat", "renameat2", "unlinkat", "mkdirat");

  private static final Set<Kind> GONE_AFTER = Set.of(Kind.RENAME, Kind.DELETE);

  private static final Set<String> RETURNS_ZERO =
      Set.of(
          "rename",
          "renameat",
          "renameat2",
          "unlink",
          "unlinkat",
          "mkdir",
          "mkdirat",
          "ftruncate",
          "fsync",
          "fdatasync");

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private record Begun(int line, String text) {}

  private final String root;
  private final Map<String, Begun> open = new HashMap<>();
  private final List<SystemCall> calls = new ArrayList<>();

  /** When the calls began that a death cut off. */
  private final Set<Integer> cutOff = new HashSet<>();

  /** The last line of the process that is read, or was read last. */
  private int lastLine;

  private StraceOutput(String root) {
    this.root = root;
  }

  /**
   * Reads traces of processes that lived one after the other. Their lines are numbered from 1 on,
   * and go on from one trace to the next.
   *
   * @param root the directory that matters, as the system sees it
   * @param traces what strace wrote, a list per process
   * @return what was done below the root and printed, in the order of their beginnings
   */
  static List<SystemCall> read(String root, List<List<String>> traces) {
    StraceOutput output = new StraceOutput(root);
    traces.forEach(output::process);
    output.calls.sort(Comparator.comparingInt(SystemCall::begun));
    List<SystemCall> happened = new ArrayList<>(output.calls);
    happened.removeIf(output::didNotHappen);
    return List.copyOf(happened);
  }

  private void process(List<String> lines) {
    int number = lastLine;
    lastLine += lines.size();
    for (String line : lines) {
      number++;
      line(number, line);
    }
    open.values().forEach(this::cutOff);
    open.clear();
  }

  /**
   * A death cut the rename off, and the old name was there later: the first thing that another
   * process did to it was not to create it. Or it was gone before: strace may write the call that
   * it saw last down once more, for another thread that is dying.
   */
  private boolean didNotHappen(SystemCall call) {
    return call.kind() == Kind.RENAME
        && cutOff.contains(call.begun())
        && (lastBefore(call).filter(last -> GONE_AFTER.contains(last.kind())).isPresent()
            || firstAfter(call).filter(first -> first.kind() != Kind.CREATE).isPresent());
  }

  private Optional<SystemCall> lastBefore(SystemCall call) {
    return toOldName(call).filter(call::follows).reduce((first, second) -> second);
  }

  private Optional<SystemCall> firstAfter(SystemCall call) {
    return toOldName(call).filter(later -> later.follows(call)).findFirst();
  }

  /** What was done to it and has returned. */
  private Stream<SystemCall> toOldName(SystemCall rename) {
    return calls.stream()
        .filter(each -> each.path().equals(rename.path()) && !cutOff.contains(each.begun()));
  }

  private void line(int number, String line) {
    Matcher parts = LINE.matcher(line);
    if (!parts.matches()) {
      throw new IllegalArgumentException("not a line of strace: " + line);
    }
    String thread = parts.group(1);
    String text = parts.group(2);
    int begun = number;
    Begun before = text.startsWith("---") ? null : open.remove(thread);
    Matcher goesOn = GOES_ON.matcher(text);
    if (goesOn.matches()) {
      if (before == null) {
        throw new IllegalArgumentException("what goes on never began: " + line);
      }
      begun = before.line();
      text = before.text() + goesOn.group(1);
    } else if (before != null) {
      cutOff(before); // The thread died in it, or strace wrote the call down twice.
    }
    Matcher endsLater = ENDS_LATER.matcher(text);
    if (endsLater.matches()) {
      open.put(thread, new Begun(begun, endsLater.group(1)));
    } else if (!NO_CALL.matcher(text).lookingAt()) {
      returned(begun, number, text);
    }
  }

  private void returned(int begun, int returned, String text) {
    Matcher call = CALL.matcher(text);
    if (!call.matches()) {
      throw new IllegalArgumentException("not a call: " + text);
    }
    String name = call.group(1);
    String result = call.group(3);
    if (isUnknown(name, result)) {
      cutOff(new Begun(begun, name + "(" + call.group(2)));
    } else if (!result.startsWith("-")) {
      add(begun, returned, name, arguments(call.group(2)), Long.parseLong(result));
    }
  }

  /**
   * Asked about a thread that is dying, the system tells nothing, and strace shows the number of
   * the call as its result: as an error that no system has, or as a success that the call does not
   * have.
   */
  private static boolean isUnknown(String name, String result) {
    return result.equals("?")
        || result.startsWith("-1 (errno ")
        || (RETURNS_ZERO.contains(name) && !result.startsWith("-") && !result.equals("0"));
  }

  /**
   * Its effect may be there, at the end of the process, and no more than that: a sync that did not
   * return says nothing.
   */
  private void cutOff(Begun begun) {
    if (begun.text().startsWith("???")) {
      return; // The process was dead before strace saw which call: it was never made.
    }
    Matcher call = CALL_CUT_OFF.matcher(begun.text());
    if (!call.matches()) {
      throw new IllegalArgumentException("not the beginning of a call: " + begun.text());
    }
    if (!call.group(1).endsWith("sync")) {
      cutOff.add(begun.line());
      add(begun.line(), lastLine, call.group(1), arguments(call.group(2)), -1);
    }
  }

  private record Argument(String plain, @Nullable String file, @Nullable String text) {}

  private static List<Argument> arguments(String text) {
    List<Argument> all = new ArrayList<>();
    Matcher each = ARGUMENT.matcher(text);
    while (each.lookingAt()) {
      // The name of a file that is gone may be another's by now.
      String file = each.group("gone") == null ? each.group("file") : null;
      all.add(new Argument(each.group(), file, each.group("text")));
      each.region(each.end(), text.length());
    }
    return all;
  }

  private void add(int begun, int returned, String name, List<Argument> arguments, long result) {
    Call call = new Call(name, arguments);
    switch (name) {
      case "open", "openat" -> {
        if (call.says("O_CREAT") && call.says("O_EXCL")) {
          add(Kind.CREATE, begun, returned, call.path(), "", 0, NOTHING);
        } else if (call.says("O_TRUNC") && isBelowRoot(call.path())) {
          throw notUnderstood(call);
        }
      }
      case "write" -> {
        if (call.isToStandardOutput()) {
          add(Kind.PRINT, begun, returned, root, "", 0, call.bytes(result));
        } else if (isBelowRoot(call.file())) {
          throw notUnderstood(call);
        }
      }
      case "pwrite64" ->
          add(Kind.WRITE, begun, returned, call.file(), "", call.number(3), call.bytes(result));
      case "ftruncate" -> add(Kind.CUT, begun, returned, call.file(), "", call.number(1), NOTHING);
      case "fsync", "fdatasync" -> add(Kind.SYNC, begun, returned, call.file(), "", 0, NOTHING);
      case "rename", "renameat", "renameat2" ->
          add(Kind.RENAME, begun, returned, call.path(), call.target(), 0, NOTHING);
      case "unlink", "unlinkat" -> add(Kind.DELETE, begun, returned, call.path(), "", 0, NOTHING);
      case "mkdir", "mkdirat" ->
          add(Kind.MAKE_DIRECTORY, begun, returned, call.path(), "", 0, NOTHING);
      default -> {
        // Had it written to a file of the log, the trace would say less than happened.
        if (arguments.stream().anyMatch(each -> isBelowRoot(Call.decoded(each.file())))) {
          throw notUnderstood(call);
        }
      }
    }
  }

  private void add(
      Kind kind,
      int begun,
      int returned,
      String path,
      String target,
      long offset,
      ByteBuffer bytes) {
    if (isBelowRoot(path)) {
      calls.add(new SystemCall(kind, begun, returned, path, target, offset, bytes));
    }
  }

  private boolean isBelowRoot(String path) {
    return path.equals(root) || path.startsWith(root + "/");
  }

  private static IllegalArgumentException notUnderstood(Call call) {
    return new IllegalArgumentException("not understood: " + call);
  }

  private record Call(String name, List<Argument> arguments) {
    boolean says(String flag) {
      return arguments.stream().anyMatch(each -> each.plain().contains(flag));
    }

    boolean isToStandardOutput() {
      return arguments.get(0).plain().startsWith("1<");
    }

    /** The file behind the first argument. */
    String file() {
      return decoded(arguments.get(0).file());
    }

    long number(int index) {
      // Of a call that was cut off, the last arguments may be missing: it then says nothing.
      return index < arguments.size()
          ? Long.parseLong(arguments.get(index).plain().replaceAll("[, ]", ""))
          : 0;
    }

    ByteBuffer bytes(long count) {
      String text = arguments.get(1).text();
      byte[] all = bytesOf(text == null ? "" : text);
      if (count > all.length) {
        throw new IllegalArgumentException("strace left out bytes of " + name);
      }
      return ByteBuffer.wrap(all, 0, count < 0 ? all.length : (int) count);
    }

    String path() {
      return path(0);
    }

    String target() {
      return path(AT.contains(name) ? 2 : 1);
    }

    private String path(int index) {
      if (!AT.contains(name)) {
        return decoded(arguments.get(index).text());
      }
      String path = decoded(arguments.get(index + 1).text());
      return path.startsWith("/") ? path : decoded(arguments.get(index).file()) + "/" + path;
    }

    private static String decoded(@Nullable String text) {
      return text == null ? "" : new String(bytesOf(text), UTF_8);
    }

    /** With {@code -xx}, the bytes of files and texts are written as {@code \\x} and two digits. */
    private static byte[] bytesOf(String text) {
      return text.startsWith("\\x")
          ? HexFormat.of().parseHex(text.replace("\\x", ""))
          : text.getBytes(UTF_8);
    }
  }
}

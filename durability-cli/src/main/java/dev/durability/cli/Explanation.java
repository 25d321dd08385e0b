package dev.durability.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;

/**
 * What happened to a log, what follows from that, and what to do.
 *
 * @param name the log, as it was given
 * @param state its verdict, or why there is none
 * @param causes what happened
 * @param opening what opening it does
 * @param toDo what to do, step by step
 * @param loss what can be lost by that
 * @param notes what else there is to know
 * @param status the exit status
 */
record Explanation(
    String name,
    State state,
    List<Cause> causes,
    String opening,
    List<String> toDo,
    String loss,
    List<String> notes,
    int status) {

  private static final String COPY_FIRST =
      "Stop the programs that use the log, and start none. Copy the directory as it is";

  /** The verdicts, and what else a directory can be. */
  enum State {
    CLEAN,
    TORN,
    AMBIGUOUS,
    CORRUPT,
    OTHER_VERSION,
    OTHER_LIBRARY,
    RECORD_LOG,
    NO_LOG
  }

  /** What can have happened. Programs read the names, so they are fixed. */
  enum Kind {
    NOTHING,
    IN_USE,
    CRASH,
    LOST_SEGMENT,
    LOST_CHECKPOINT,
    LOST_END,
    DAMAGED_HEADER,
    DAMAGED_BYTES,
    DAMAGED_CHECKPOINT,
    CUT_FILE,
    ADDED_BYTES,
    WRONG_NAME,
    MISPLACED_FILE,
    FOREIGN_FILE,
    SECOND_FILE,
    TWO_WRITERS,
    OTHER_VERSION,
    OTHER_LIBRARY,
    UNFINISHED,
    NO_LOG,
    DAMAGED
  }

  /**
   * Something that happened.
   *
   * @param kind what
   * @param happened a sentence
   * @param evidence what shows it
   */
  record Cause(Kind kind, String happened, List<String> evidence) {}

  /** For people. */
  byte[] text() {
    StringBuilder text = new StringBuilder();
    line(text, "", state.name().replace('_', ' ') + ": " + name);
    heading(text, "what happened");
    for (Cause cause : causes) {
      line(text, "  ", cause.happened());
      for (String evidence : cause.evidence()) {
        line(text, "    - ", evidence);
      }
    }
    heading(text, "what opening does");
    line(text, "  ", opening);
    heading(text, "what to do");
    for (int i = 0; i < toDo.size(); i++) {
      line(text, toDo.size() == 1 ? "  " : "  " + (i + 1) + ". ", toDo.get(i));
    }
    heading(text, "what can be lost");
    line(text, "  ", loss);
    if (!notes.isEmpty()) {
      heading(text, "also");
      for (String note : notes) {
        line(text, "  ", note);
      }
    }
    return text.toString().getBytes(Charset.defaultCharset());
  }

  /** The same, with more to know. */
  Explanation with(List<String> more) {
    List<String> all = new ArrayList<>(notes);
    all.addAll(more);
    return new Explanation(name, state, causes, opening, toDo, loss, all, status);
  }

  /**
   * What there is to say if something can be undone in a copy, from what there is to say before
   * that.
   *
   * @param mending what can be undone
   * @param then what there is to say of the copy after that
   */
  Explanation with(Mending mending, Explanation then) {
    List<Cause> all = new ArrayList<>(mending.causes());
    then.causes.stream().filter(each -> each.kind() != Kind.NOTHING).forEach(all::add);
    List<String> steps = new ArrayList<>();
    steps.add(copyFirst(name, mending.look().isLocal()));
    steps.addAll(mending.steps());
    boolean isMended = then.status == ExitStatus.OK;
    steps.add(
        "Then 'durability explain COPY'. By what can be seen now, it will say "
            + then.state.name().replace('_', ' ')
            + (isMended
                ? ": put the copy in the place of the log, and go on with it."
                : ", and this is left to do:"));
    if (isMended) {
      steps.add(
          "If that does not help: put the files back from a backup. Without one: 'durability"
              + " salvage "
              + ShellWord.of(name)
              + " --to NEW' takes out what is intact.");
    } else {
      then.toDo.stream().filter(each -> !each.startsWith(COPY_FIRST)).forEach(steps::add);
    }
    return new Explanation(
        name,
        state,
        all,
        opening + " Of the mended copy: " + small(then.opening),
        steps,
        "If mending helps: " + small(then.loss) + " If not: " + small(loss),
        notes,
        status);
  }

  /** The first step before anything is changed. */
  static String copyFirst(LogLook look) {
    return copyFirst(look.name(), look.isLocal());
  }

  /** The same of a log without segments. */
  static String copyFirst(String name, boolean isLocal) {
    String command = "'cp -aL " + ShellWord.of(name) + " " + Mending.COPY + "'";
    return COPY_FIRST + (isLocal ? ": " + command + "." : ".");
  }

  /** In a sentence. */
  private static String small(String sentence) {
    return Character.toLowerCase(sentence.charAt(0)) + sentence.substring(1);
  }

  private static void heading(StringBuilder text, String heading) {
    text.append(System.lineSeparator()).append(heading).append(System.lineSeparator());
  }

  /** Names come from whoever wrote the directory: they may not control the terminal. */
  private static void line(StringBuilder text, String indent, String line) {
    text.append(indent).append(Failures.inOneLine(line)).append(System.lineSeparator());
  }

  /** Programs read its keys, so they are fixed. */
  byte[] json() throws IOException {
    return CrateReportText.json(
        json -> {
          json.writeStringField("log", name);
          json.writeStringField("state", state.name());
          json.writeArrayFieldStart("causes");
          for (Cause cause : causes) {
            json.writeStartObject();
            json.writeStringField("kind", cause.kind().name());
            json.writeStringField("happened", cause.happened());
            strings(json, "evidence", cause.evidence());
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeStringField("opening", opening);
          strings(json, "toDo", toDo);
          json.writeStringField("loss", loss);
          strings(json, "notes", notes);
        });
  }

  private static void strings(JsonGenerator json, String field, List<String> all)
      throws IOException {
    json.writeArrayFieldStart(field);
    for (String each : all) {
      json.writeString(each);
    }
    json.writeEndArray();
  }

  /** A range of entries, for sentences. */
  static String entries(long first, long last) {
    return range("entry", "entries", first, last);
  }

  /** A range of the records of a record log. */
  static String records(long first, long last) {
    return range("record", "records", first, last);
  }

  private static String range(String one, String many, long first, long last) {
    if (last == Long.MAX_VALUE - 1) {
      return many + " from " + first + " on";
    }
    return first == last ? one + " " + first : many + " " + first + " to " + last;
  }

  /** A sentence that begins with it. */
  static String capital(String sentence) {
    return Character.toUpperCase(sentence.charAt(0)) + sentence.substring(1);
  }
}

package dev.durability.examples.versions;

import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * A process that is one version of the program: it goes on with what is there. It prints what it is
 * about to do after a plus sign, and what is acknowledged after an equals sign.
 */
final class DeskProcess {
  static final String ASSIGNEE = "Ann <ann@example.org>";
  static final String ATTEMPT = "+ ";
  static final String DONE = "= ";

  private static final int STOPPED = 7;
  private static final int TICKETS = 5;
  private static final int TICKETS_BEFORE_CHECKPOINT = 2;

  private DeskProcess() {}

  /**
   * Runs it.
   *
   * @param args the directory, the version, the first ticket, and the change of a file in the
   *     middle of which to stop
   */
  public static void main(String[] args) throws IOException {
    Directory directory =
        new StoppingDirectory(
            FsDirectory.open(Path.of(args[0])),
            Long.parseLong(args[3]),
            () -> Runtime.getRuntime().halt(STOPPED));
    work(
        Versions.of(Integer.parseInt(args[1])),
        directory,
        Long.parseLong(args[2]),
        System.out::println);
  }

  /** Opens the help desk, works on some tickets, and writes a checkpoint between two of them. */
  static void work(
      Version<?, ?> version, Directory directory, long firstTicket, Consumer<String> report)
      throws IOException {
    try (HelpDesk<?, ?> desk = HelpDesk.open(version, directory)) {
      for (long ticket = firstTicket; ticket < firstTicket + TICKETS; ticket++) {
        work(desk, version, ticket, report);
        if (ticket == firstTicket + TICKETS_BEFORE_CHECKPOINT - 1) {
          desk.checkpoint();
        }
      }
    }
  }

  /** Opens a ticket, assigns it if that can be done, and closes every second one. */
  static void work(HelpDesk<?, ?> desk, Version<?, ?> version, long ticket, Consumer<String> report)
      throws IOException {
    report.accept(ATTEMPT + "open " + ticket);
    desk.openTicket(ticket, "ticket " + ticket);
    report.accept(DONE + "open " + ticket);
    if (version.assigned(ticket, ASSIGNEE).isPresent()) {
      report.accept(ATTEMPT + "assign " + ticket);
      if (!desk.assignTicket(ticket, ASSIGNEE)) {
        throw new IllegalStateException("the event was made, and is none");
      }
      report.accept(DONE + "assign " + ticket);
    }
    if (ticket % 2 == 0) {
      report.accept(ATTEMPT + "close " + ticket);
      desk.closeTicket(ticket);
      report.accept(DONE + "close " + ticket);
    }
  }
}

package dev.durability.cli;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The page docs/cli.md: all that the help of the program says, in one place. */
final class ReferencePage {
  private final StringBuilder page = new StringBuilder();

  private ReferencePage() {}

  /**
   * Writes the page.
   *
   * @param program the program with its commands
   * @param rewrite the command that writes the page anew
   */
  static String of(CommandSpec program, String rewrite) {
    ReferencePage page = new ReferencePage();
    page.head(program, rewrite);
    page.command(program);
    program.subcommands().values().forEach(each -> page.command(each.getCommandSpec()));
    return page.page.toString();
  }

  private void head(CommandSpec program, String rewrite) {
    page.append("# The program\n\n")
        .append("What `durability --help` and the help of each command say. A test compares this")
        .append(" page with the program;\nthis writes it anew:\n\n```sh\n")
        .append(rewrite)
        .append("\n```\n\nThe same is in the man pages of the packages, such as")
        .append(" `man durability-append`: [installing](installing.md).\n\n");
    table(
        List.of("command", "does"),
        program.subcommands().values().stream()
            .map(CommandLine::getCommandSpec)
            .map(
                spec ->
                    List.of(
                        "[%s](#%s)".formatted(spec.name(), spec.qualifiedName().replace(' ', '-')),
                        text(spec.usageMessage().header()))));
  }

  private void command(CommandSpec spec) {
    UsageMessageSpec help = spec.usageMessage();
    page.append("\n## ").append(spec.qualifiedName()).append("\n");
    if (help.header().length > 0) {
      page.append('\n').append(text(help.header())).append('\n');
    }
    String synopsis = new CommandLine.Help(spec, Ansi.OFF).synopsis(0).stripTrailing();
    page.append("\n```text\n").append(synopsis.stripIndent()).append("\n```\n");
    for (String paragraph : help.description()) {
      if (!paragraph.isEmpty()) {
        page.append('\n').append(text(paragraph)).append('\n');
      }
    }
    section(
        "operand",
        spec.positionalParameters().stream()
            .filter(operand -> !operand.hidden())
            .map(operand -> List.of(operand(operand), text(operand.description()))));
    section(
        "option",
        spec.options().stream()
            .filter(option -> !option.hidden())
            .map(option -> List.of(option(option), text(option.description()))));
    section(
        "exit status",
        help.exitCodeList().entrySet().stream()
            .map(each -> List.of(each.getKey(), text(each.getValue()))));
    page.append("\n```text\n");
    for (String line : help.footer()) {
      page.append(line.startsWith("  ") ? line.substring(2) : line).append('\n');
    }
    page.append("```\n");
  }

  private void section(String name, Stream<List<String>> rows) {
    List<List<String>> all = rows.toList();
    if (!all.isEmpty()) {
      page.append('\n');
      table(List.of(name, "meaning"), all.stream());
    }
  }

  private void table(List<String> head, Stream<List<String>> rows) {
    row(head);
    page.append("|---|---|\n");
    rows.forEach(this::row);
  }

  private void row(List<String> cells) {
    page.append(cells.stream().collect(Collectors.joining(" | ", "| ", " |\n")));
  }

  private static String operand(PositionalParamSpec operand) {
    String label = operand.paramLabel().replace("|", "\\|");
    String many = operand.arity().max() > 1 ? "…" : "";
    return operand.required() ? "`" + label + "`" + many : "[`" + label + "`]" + many;
  }

  private static String option(OptionSpec option) {
    String value = option.arity().max() == 0 ? "" : " " + option.paramLabel().replace("|", "\\|");
    String names =
        Stream.of(option.names())
            .map(name -> "`" + name + value + "`")
            .collect(Collectors.joining(", "));
    return option.required() ? names + " (required)" : names;
  }

  /** One line that Markdown shows as it is. */
  private static String text(String... lines) {
    return String.join(" ", lines)
        .replace("\\", "\\\\")
        .replace("|", "\\|")
        .replace("*", "\\*")
        .replace("_", "\\_")
        .replace("<", "&lt;");
  }
}

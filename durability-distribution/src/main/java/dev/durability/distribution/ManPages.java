package dev.durability.distribution;

import dev.durability.cli.ProgramSyntax;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.asciidoctor.Asciidoctor;
import org.asciidoctor.Attributes;
import org.asciidoctor.Options;
import org.asciidoctor.SafeMode;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.codegen.docgen.manpage.ManPageGenerator;

/**
 * Writes the man pages of the program and of each command: picocli describes them in AsciiDoc, of
 * which Asciidoctor makes pages.
 */
final class ManPages {

  private ManPages() {}

  /**
   * Writes the pages.
   *
   * @param args the directory for them, the version of the program, and the time that the pages
   *     have, as 2026-01-01T00:00:00Z
   * @throws IOException if they cannot be written
   */
  public static void main(String[] args) throws IOException {
    Path pages = Files.createDirectories(Path.of(args[0]));
    Path sources = Files.createDirectories(pages.resolve("asciidoc"));
    CommandSpec program = ProgramSyntax.specification();
    prepare(program, "durability " + args[1]);
    ManPageGenerator.generateManPage(sources.toFile(), null, new boolean[0], true, program);
    try (Stream<Path> files = Files.list(sources);
        Asciidoctor asciidoctor = Asciidoctor.Factory.create()) {
      for (Path source : files.sorted().toList()) {
        asciidoctor.convertFile(source.toFile(), options(pages, args[2].substring(0, 10)));
      }
    }
  }

  /** Headings of the help end with a colon, those of man pages do not. */
  private static void prepare(CommandSpec spec, String version) {
    spec.versionProvider(null).version(version);
    spec.usageMessage().exitCodeListHeading("Exit status%n").footerHeading("Examples%n");
    for (CommandLine each : spec.subcommands().values()) {
      prepare(each.getCommandSpec(), version);
    }
  }

  private static Options options(Path directory, String date) {
    return Options.builder()
        .backend("manpage")
        .safe(SafeMode.UNSAFE)
        .toDir(directory.toFile())
        .attributes(Attributes.builder().attribute("docdate", date).build())
        .build();
  }
}

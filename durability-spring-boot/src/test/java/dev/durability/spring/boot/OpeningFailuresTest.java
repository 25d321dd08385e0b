package dev.durability.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.DurableState;
import dev.durability.StateOptions;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.codec.PostcardCodec;
import dev.durability.errors.CodecException;
import dev.durability.errors.FormatException;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** What an application says that cannot open its log. */
final class OpeningFailuresTest extends FailureAnalysisFixture {
  @Test
  void aLogThatIsOpenElsewhere() throws IOException {
    try (DurableState<Long, Long> open = open()) {
      open.update(1L);
      FailureAnalysis analysis = analysis(Sums.class);

      assertThat(analysis.getDescription())
          .contains("could not be opened", temp.toString(), "lock")
          .doesNotContain("Exception");
      assertThat(analysis.getAction())
          .contains("one writer", "durability.directory", "random.uuid");
    }
  }

  @Test
  void aLogWithoutAStateThatIsOpenElsewhere() throws IOException {
    try (DurableState<Long, Long> open = open()) {
      assertThat(open.lastAppliedId()).isZero();

      assertThat(analysis(CodecAlone.class).getAction()).contains("one writer");
    }
  }

  @Test
  void aLogThatIsDamaged() throws IOException {
    try (DurableState<Long, Long> state =
        DurableState.open(
            FsDirectory.open(temp),
            Codecs.longs(),
            new Totals(),
            StateOptions.builder()
                .checkpointPolicy(dev.durability.CheckpointPolicy.manual())
                .build())) {
      for (long n = 1; n <= 3; n++) {
        state.update(n);
      }
    }
    Path segment;
    try (var files = Files.list(temp.resolve("wal"))) {
      segment = files.filter(file -> file.toString().endsWith(".wal")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(segment);
    bytes[bytes.length / 2] ^= 0x10;
    bytes[bytes.length / 3] ^= 0x10;
    Files.write(segment, bytes);

    FailureAnalysis analysis = analysis(Sums.class);

    assertThat(analysis.getDescription())
        .contains("nothing in it was changed", segment.getFileName().toString(), "offset");
    assertThat(analysis.getAction()).contains("Restore", "durability verify", "durability cat");
    assertThat(Files.readAllBytes(segment)).isEqualTo(bytes);
  }

  @Test
  @SuppressWarnings("unchecked")
  void entriesOfAnotherSchema() throws IOException {
    try (var context = new AnnotationConfigApplicationContext()) {
      start(context, Before.class, "durability.checkpoint.on-close=false");
      DurableState<Integer, Old> state = context.getBean(DurableState.class);
      state.update(new Old("a text"));
    }
    FailureAnalysis analysis = analysis(After.class);

    assertThat(analysis.getDescription()).contains("string", "i64");
    assertThat(analysis.getAction())
        .contains("codec bean", "renamed", "durability schema check DIRECTORY --against");
  }

  @Test
  void entriesThatTheCodecCannotDecode() throws IOException {
    try (WalWriter<String> log =
        WalWriter.open(
            FsDirectory.open(temp), Codecs.utf8(), dev.durability.wal.WalOptions.defaults())) {
      log.appendDurable("no eight bytes");
    }
    FailureAnalysis analysis = analysis(Sums.class);

    assertThat(analysis.getDescription()).contains("entry");
    assertThat(analysis.getAction()).contains("Use the codec that wrote it");
  }

  @Test
  void anEntryThatTheStateMachineDoesNotAccept() throws IOException {
    try (DurableState<Long, Long> state = open()) {
      state.update(1L);
    }
    try (var files = Files.walk(temp.resolve("checkpoints"))) {
      files
          .filter(Files::isRegularFile)
          .forEach(file -> assertThat(file.toFile().delete()).isTrue());
    }
    FailureAnalysis analysis = analysis(Refusing.class);

    assertThat(analysis.getDescription()).contains("could not be opened", "not today");
    assertThat(analysis.getAction()).contains("state machine bean has to accept it");
  }

  @Test
  void aLogThatMustNotBeThereAndOneThatMust() throws IOException {
    assertThat(analysis(Sums.class, "durability.wal.open-mode=open-only").getAction())
        .contains("a log must be there");
    open().close();
    assertThat(analysis(Sums.class, "durability.wal.open-mode=create-only").getAction())
        .contains("no log may be there");
  }

  @Test
  void aDirectoryThatIsAFile() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "x");
    FailureAnalysis analysis = analysis(Sums.class, "durability.directory=" + file);

    assertThat(analysis.getDescription()).contains(file + " is not a directory");
    assertThat(analysis.getAction()).contains("durability.directory");
  }

  @Test
  void aDirectoryThatCannotBeMade() {
    FailureAnalysis analysis = analysis(new NoSuchFileException("/proc/orders"));

    assertThat(analysis.getDescription()).contains("/proc/orders is not there, and cannot be made");
    assertThat(analysis.getAction()).contains("durability.directory").doesNotContain("open-only");
  }

  @Test
  void permissionsThatAreNone() throws IOException {
    assertThat(analysis(Sums.class, "durability.files.mode=640").getDescription())
        .contains("durability.files.mode", "such as rw-r-----");
  }

  @Test
  void aLogOfAFormatThatIsNotKnown() throws IOException {
    open().close();
    try (var files = Files.list(temp.resolve("wal"))) {
      for (Path segment : files.filter(file -> file.toString().endsWith(".wal")).toList()) {
        byte[] bytes = Files.readAllBytes(segment);
        bytes[4] = 99;
        Files.write(segment, bytes);
      }
    }
    FailureAnalysis analysis = analysis(Sums.class);

    assertThat(analysis.getDescription()).contains("could not be opened");
    assertThat(analysis.getAction()).isNotBlank();
  }

  @Test
  void theOperatingSystemRefuses() {
    assertThat(analysis(new AccessDeniedException("orders/wal")).getAction())
        .contains("right to read and write");
    assertThat(analysis(new AccessDeniedException("orders/wal")).getDescription())
        .contains("orders/wal: permission denied");
    assertThat(analysis(new IOException()).getDescription()).contains("java.io.IOException");
    assertThat(analysis(new FormatException("version 99")).getAction()).contains("Another version");
    assertThat(analysis(new IOException("No space left on device")).getAction()).contains("room");
    // The log was open already: what a crash left was cut off.
    assertThat(analysis(new CodecException("entry 7")).getDescription())
        .doesNotContain("nothing in it was changed");
  }

  private static FailureAnalysis analysis(IOException opening) {
    return Objects.requireNonNull(
        new OpeningFailureAnalyzer()
            .analyze(new IllegalStateException(new LogOpeningException("orders", opening))));
  }

  @Test
  void aLogThatTheApplicationOpensItself() throws IOException {
    try (DurableState<Long, Long> open = open()) {
      assertThat(open.lastAppliedId()).isZero();
      FailureAnalysis analysis =
          analysis(OpensItself.class, "durability.directory=", "own=" + temp);

      assertThat(analysis.getDescription()).contains("A log could not be opened", "lock");
      assertThat(analysis.getAction()).contains("one writer");
    }
  }

  /** An entry as an earlier version wrote it. */
  public record Old(String text) {}

  /** The same entry, now: its component is no text any more. */
  public record New(long text) {}

  @Configuration(proxyBeanMethods = false)
  static class Before {
    @Bean
    Codec<Old> codec() {
      return PostcardCodec.of(Old.class);
    }

    @Bean
    StateMachine<Integer, Old> machine() {
      return new Count<>();
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class After {
    @Bean
    Codec<New> codec() {
      return PostcardCodec.of(New.class).renamed(New.class, "Old");
    }

    @Bean
    StateMachine<Integer, New> machine() {
      return new Count<>();
    }

    @Bean
    Codec<String> other() {
      return Codecs.utf8();
    }
  }

  static final class Count<E> implements StateMachine<Integer, E> {
    @Override
    public Integer initial() {
      return 0;
    }

    @Override
    public Integer apply(Integer count, E entry) {
      return count + 1;
    }

    @Override
    public Integer snapshot(Integer count) {
      return count;
    }

    @Override
    public void write(Integer count, OutputStream out) throws IOException {
      out.write(count);
    }

    @Override
    public Integer read(InputStream in) throws IOException {
      return in.read();
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class Refusing {
    @Bean
    Codec<Long> numbers() {
      return Codecs.longs();
    }

    @Bean
    StateMachine<Long, Long> machine() {
      return new StateMachine<>() {
        @Override
        public Long initial() {
          return 0L;
        }

        @Override
        public Long apply(Long total, Long number) {
          throw new IllegalStateException("not today");
        }

        @Override
        public Long snapshot(Long total) {
          return total;
        }

        @Override
        public void write(Long total, OutputStream out) throws IOException {
          new Totals().write(total, out);
        }

        @Override
        public Long read(InputStream in) throws IOException {
          return new Totals().read(in);
        }
      };
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class OpensItself {
    @Bean
    DurableState<Long, Long> own(Environment environment) throws IOException {
      return DurableState.open(
          FsDirectory.open(Path.of(environment.getRequiredProperty("own"))),
          Codecs.longs(),
          new Totals(),
          StateOptions.defaults());
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class CodecAlone {
    @Bean
    Codec<Long> numbers() {
      return Codecs.longs();
    }
  }
}

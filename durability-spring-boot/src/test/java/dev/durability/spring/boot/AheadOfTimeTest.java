package dev.durability.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.codec.PostcardCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.GeneratedFiles;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.core.io.InputStreamSource;
import org.springframework.javapoet.ClassName;

/** What Spring does ahead of time, for a native image: nothing is opened, and types are kept. */
final class AheadOfTimeTest {
  @TempDir Path temp;

  @Test
  void whatACodecReflectsOnIsKept() {
    InMemoryGeneratedFiles files = new InMemoryGeneratedFiles();
    RuntimeHints hints = process(Application.class, files);

    for (Class<?> type :
        List.of(Change.class, Put.class, Tagged.class, Place.class, Size.class, Note.class)) {
      assertThat(
              RuntimeHintsPredicates.reflection()
                  .onType(type)
                  .withMemberCategories(
                      MemberCategory.INVOKE_DECLARED_CONSTRUCTORS,
                      MemberCategory.INVOKE_DECLARED_METHODS))
          .as(type.getName())
          .accepts(hints);
    }
    assertThat(files.getGeneratedFiles(GeneratedFiles.Kind.SOURCE))
        .anySatisfy(
            (name, source) ->
                assertThat(source.toString() + name).contains("DurabilityAutoConfiguration"));
    assertThat(temp.resolve("state")).doesNotExist();
  }

  @Test
  void aStateWhoseTypesAreKnownIsPrepared() {
    InMemoryGeneratedFiles files = new InMemoryGeneratedFiles();
    RuntimeHints unused = process(WithState.class, files);

    assertThat(files.getGeneratedFiles(GeneratedFiles.Kind.SOURCE))
        .anySatisfy(
            (name, source) ->
                assertThat(content(source))
                    .contains("ResolvableType.forClassWithGenerics(DurableState.class"));
    assertThat(temp.resolve("state")).doesNotExist();
  }

  private static String content(InputStreamSource source) {
    try (InputStream in = source.getInputStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void anApplicationWithoutRecordsNeedsNothing() {
    RuntimeHints hints = process(Plain.class, new InMemoryGeneratedFiles());

    assertThat(RuntimeHintsPredicates.reflection().onType(Put.class)).rejects(hints);
  }

  private RuntimeHints process(Class<?> application, InMemoryGeneratedFiles files) {
    try (var context = new AnnotationConfigApplicationContext()) {
      TestPropertyValues.of("durability.directory=" + temp.resolve("state")).applyTo(context);
      context.register(application, DurabilityAutoConfiguration.class);
      DefaultGenerationContext generation =
          new DefaultGenerationContext(
              new ClassNameGenerator(ClassName.get("user", "Application")), files);
      ClassName unused =
          new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
      generation.writeGeneratedContent();
      return generation.getRuntimeHints();
    }
  }

  /** What can happen. */
  public sealed interface Change {}

  /** A variant with an enum, an array and an optional. */
  @SuppressWarnings("ArrayRecordComponent") // It is what is tested.
  public record Put(String key, Size size, Place[] places) implements Change {}

  /** A variant with types within types. */
  public record Tagged(Map<String, List<Note>> notes) implements Change {}

  /** In an array. */
  public record Place(int row) {}

  /** In a list in a map, and in itself. */
  public record Note(List<Note> answers) {}

  /** In a component. */
  public enum Size {
    SMALL,
    LARGE
  }

  @Configuration(proxyBeanMethods = false)
  static class Application {
    @Bean
    Codec<Change> codec() {
      return PostcardCodec.of(Change.class);
    }

    @Bean
    @SuppressWarnings("rawtypes")
    Codec unknown() {
      return Codecs.utf8();
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class Plain {
    @Bean
    Codec<Long> codec() {
      return Codecs.longs();
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class WithState {
    @Bean
    Codec<Long> codec() {
      return Codecs.longs();
    }

    @Bean
    Totals totals() {
      return new Totals();
    }
  }
}

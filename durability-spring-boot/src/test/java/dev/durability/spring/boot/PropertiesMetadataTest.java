package dev.durability.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.json.JsonParserFactory;

/** What an editor of properties shows, and the table of the page. */
final class PropertiesMetadataTest {
  @Test
  void eachPropertyHasADescription() throws IOException {
    Map<String, Map<String, Object>> metadata = metadata();

    assertThat(metadata.keySet())
        .containsExactlyElementsOf(properties(DurabilityProperties.class, "durability").keySet());
    metadata.forEach(
        (name, property) ->
            assertThat(String.valueOf(property.get("description")))
                .as(name)
                .matches("[A-Z].{10,}\\.")
                .doesNotContain("@", "{"));
  }

  @Test
  void eachDefaultIsShown() throws IOException {
    Map<String, String> defaults = properties(DurabilityProperties.class, "durability");
    metadata()
        .forEach(
            (name, property) ->
                assertThat(String.valueOf(property.getOrDefault("defaultValue", "")))
                    .as(name)
                    .isEqualTo(defaults.get(name)));
  }

  @Test
  void thePageListsEachPropertyWithItsDefault() throws IOException {
    Map<String, String> shown = new TreeMap<>();
    Matcher row =
        Pattern.compile("(?m)^\\| `(durability\\.[\\w.-]+)` \\| (?:`([^`]*)`)?[^|]*\\|")
            .matcher(Files.readString(page()));
    while (row.find()) {
      assertThat(shown.put(row.group(1), row.group(2) == null ? "" : row.group(2)))
          .as("a second row of %s", row.group(1))
          .isNull();
    }

    assertThat(shown).isEqualTo(properties(DurabilityProperties.class, "durability"));
  }

  private static Path page() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.isDirectory(at.resolve(".mvn"))) {
        return at.resolve("docs/spring-boot.md");
      }
    }
    throw new AssertionError("no directory above this one holds .mvn: run from the project");
  }

  private static Map<String, Map<String, Object>> metadata() throws IOException {
    Map<String, Map<String, Object>> metadata = new TreeMap<>();
    try (InputStream in =
        DurabilityProperties.class.getResourceAsStream(
            "/META-INF/spring-configuration-metadata.json")) {
      String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Map<String, Object> all = JsonParserFactory.getJsonParser().parseMap(json);
      for (Object each : (List<?>) Objects.requireNonNull(all.get("properties"))) {
        Map<String, Object> property = new TreeMap<>();
        ((Map<?, ?>) each).forEach((key, value) -> property.put(String.valueOf(key), value));
        metadata.put(String.valueOf(property.get("name")), property);
      }
    }
    return metadata;
  }

  /** The properties that the record has, with their defaults. */
  private static Map<String, String> properties(Class<?> type, String prefix) {
    Map<String, String> properties = new TreeMap<>();
    for (RecordComponent component : type.getRecordComponents()) {
      String name =
          prefix + "." + component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
      if (component.getType().isRecord()) {
        properties.putAll(properties(component.getType(), name));
      } else {
        DefaultValue value = parameterOf(type, component).getAnnotation(DefaultValue.class);
        properties.put(name, value == null ? "" : value.value()[0]);
      }
    }
    assertThat(new TreeSet<>(properties.keySet())).isNotEmpty();
    return properties;
  }

  private static java.lang.reflect.Parameter parameterOf(Class<?> type, RecordComponent component) {
    RecordComponent[] all = type.getRecordComponents();
    for (int i = 0; i < all.length; i++) {
      if (all[i].getName().equals(component.getName())) {
        return type.getDeclaredConstructors()[0].getParameters()[i];
      }
    }
    throw new AssertionError(component);
  }
}

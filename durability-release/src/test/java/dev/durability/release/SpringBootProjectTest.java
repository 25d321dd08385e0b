package dev.durability.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * An application with Spring Boot, outside of this project, of what docs/spring-boot.md shows: its
 * ten lines bring a durable state with metrics to life.
 */
@ExtendWith(Installation.Resolver.class)
final class SpringBootProjectTest {
  private static final String PAGE = "docs/spring-boot.md";
  private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

  @BeforeAll
  static void jarsAreMade() throws Exception {
    Project.assumeJars();
  }

  @Test
  void theTenLinesOfThePageBringAStateWithMetricsToLife(Installation installation)
      throws Exception {
    Path user = installation.project("spring-boot-4");
    write(user, "pom.xml", pom("spring-boot-4.version", dependency()));
    write(
        user,
        "src/main/resources/application.properties",
        block("properties", "durability.directory=seats"));
    java(user, "SeatsApplication", "codec()");
    java(user, "Seats", "CommandMachine");
    java(user, "Change", "sealed interface");
    java(user, "SeatsController", "@RestController");

    installation.maven().run(user, "-q", "package");

    try (Application seats = new Application(user)) {
      assertThat(seats.send("POST", "/seats/12A?name=Ada")).isEqualTo("Ada");
      assertThat(seats.send("GET", "/actuator/metrics/durability.state.applied.id"))
          .contains("\"log\"", "\"seats\"", "1.0");
      assertThat(seats.send("GET", "/actuator/health")).contains("UP");
    } // SIGKILL
    try (Application seats = new Application(user)) {
      assertThat(seats.send("GET", "/seats")).isEqualTo("{\"12A\":\"Ada\"}");
    }
  }

  @Test
  void theyAreTen() throws IOException {
    String codec = block("java", "codec()");
    Matcher bean = Pattern.compile("(?s)  @Bean.*?\\n  }\\n").matcher(codec);
    assertThat(bean.find()).isTrue();

    long lines =
        dependency().lines().count()
            + block("properties", "durability.directory=seats").lines().count()
            + bean.group().lines().count()
            + block("java", "CommandMachine").lines().filter("@Component"::equals).count();

    assertThat(lines).isEqualTo(10);
  }

  /** The same lines with the other starter: its POM and jar are of use to Spring Boot 3. */
  @Test
  void theStarterForTheOtherLineOfSpringBootCompilesAndBringsNothingOfSpring(
      Installation installation) throws Exception {
    Path user = installation.project("spring-boot-3");
    write(
        user,
        "pom.xml",
        pom("spring-boot-3.version", dependency().replace("starter-4", "starter-3"))
            .replace("spring-boot-starter-webmvc", "spring-boot-starter-web"));
    java(user, "SeatsApplication", "codec()");
    java(user, "Seats", "CommandMachine");
    java(user, "Change", "sealed interface");
    java(user, "SeatsController", "@RestController");

    installation.maven().run(user, "-q", "compile");

    for (String starter : List.of("starter-3", "starter-4")) {
      Pom pom =
          Pom.read(
              Project.root()
                  .resolve("durability-spring-boot-" + starter + "/target/published-pom.xml"));
      assertThat(pom.elements("dependencies", "dependency"))
          .filteredOn(each -> Pom.childText(each, "groupId").startsWith("org.springframework"))
          .isNotEmpty()
          .allMatch(each -> Pom.childText(each, "scope").equals("provided"));
      assertThat(pom.elements("dependencyManagement")).isEmpty();
    }
  }

  private static String dependency() throws IOException {
    return block("xml", "durability-spring-boot-starter-4");
  }

  private static String block(String language, String word) throws IOException {
    return InstalledTest.block(PAGE, language, word);
  }

  /** A class of the page, with the package and the imports that the page leaves out. */
  private static void java(Path user, String name, String word) throws IOException {
    write(
        user,
        "src/main/java/user/" + name + ".java",
        """
        package user;

        import dev.durability.*;
        import dev.durability.codec.*;
        import java.io.*;
        import java.util.*;
        import org.springframework.boot.*;
        import org.springframework.boot.autoconfigure.*;
        import org.springframework.context.annotation.*;
        import org.springframework.http.*;
        import org.springframework.stereotype.*;
        import org.springframework.web.bind.annotation.*;

        """
            + block("java", word));
  }

  /** What an application with Spring Boot has anyway, and the lines of the page. */
  private static String pom(String version, String dependency) throws IOException {
    Pom parent = Pom.read(Project.root().resolve("pom.xml"));
    String boot = parent.text("properties", version).orElseThrow();
    StringBuilder plugins = new StringBuilder();
    for (String plugin :
        List.of(
            "maven-resources-plugin",
            "maven-compiler-plugin",
            "maven-surefire-plugin",
            "maven-jar-plugin")) {
      plugins.append(
          "<plugin><artifactId>%s</artifactId><version>%s</version></plugin>\n"
              .formatted(plugin, InstalledTest.versionOfPlugin(plugin)));
    }
    return """
        <project xmlns="http://maven.apache.org/POM/4.0.0">
        <modelVersion>4.0.0</modelVersion>
        <groupId>com.example</groupId>
        <artifactId>seats</artifactId>
        <version>1</version>
        <properties>
          <maven.compiler.release>17</maven.compiler.release>
          <maven.test.skip>true</maven.test.skip>
          <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
        </properties>
        <dependencyManagement><dependencies>
          <dependency>
            <groupId>org.springframework.boot</groupId>
            <artifactId>spring-boot-dependencies</artifactId>
            <version>%s</version><type>pom</type><scope>import</scope>
          </dependency>
        </dependencies></dependencyManagement>
        <dependencies>
        <dependency>
          <groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-webmvc</artifactId>
        </dependency>
        <dependency>
          <groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-actuator</artifactId>
        </dependency>
        %s</dependencies>
        <build>
        <finalName>seats</finalName>
        <plugins>
        %s<plugin>
          <groupId>org.springframework.boot</groupId><artifactId>spring-boot-maven-plugin</artifactId>
          <version>%s</version>
          <executions><execution><phase>package</phase><goals><goal>repackage</goal></goals></execution></executions>
        </plugin>
        </plugins>
        </build>
        </project>
        """
        .formatted(boot, dependency, plugins, boot);
  }

  private static void write(Path project, String file, String text) throws IOException {
    Path path = project.resolve(file);
    Files.createDirectories(path.resolveSibling(""));
    Files.writeString(path, text);
  }

  /** The application in a process of its own. Closing kills it. */
  private static final class Application implements AutoCloseable {
    private final HttpClient client = HttpClient.newHttpClient();
    private final Process process;
    private final String port;

    Application(Path user) throws IOException {
      process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-jar",
                  "target/seats.jar",
                  "--server.port=0",
                  "--server.address=127.0.0.1")
              .directory(user.toFile())
              .redirectErrorStream(true)
              .start();
      StringBuilder said = new StringBuilder();
      port = portOf(process, said);
      assertThat(port).as("the port in:%n%s", said).isNotEmpty();
    }

    /** What it says after that fits into the pipe. */
    private static String portOf(Process process, StringBuilder said) throws IOException {
      BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
      for (@Nullable String line = output.readLine(); line != null; line = output.readLine()) {
        said.append(line).append('\n');
        Matcher started = PORT.matcher(line);
        if (started.find()) {
          return started.group(1);
        }
      }
      return "";
    }

    String send(String method, String path) throws IOException, InterruptedException {
      return client
          .send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                  .method(method, HttpRequest.BodyPublishers.noBody())
                  .build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    }

    @Override
    public void close() {
      assertThat(process.destroyForcibly().onExit()).succeedsWithin(1, TimeUnit.MINUTES);
    }
  }
}

package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page of a damaged log with hostile entries, in a headless Chromium. */
@Timeout(600)
@TestMethodOrder(MethodOrderer.MethodName.class)
class ReportInBrowserTest {
  private static final List<String> HOSTILE =
      List.of(
          "<script>window.owned = 1</script>",
          "</script><script>window.owned = 2</script>",
          "<img src=\"http://127.0.0.1:9/x\" onerror=\"window.owned = 3\">",
          "<svg onload=\"window.owned = 4\"><a href=\"javascript:window.owned = 5\">x</a></svg>",
          "<style>@import url(http://127.0.0.1:9/x.css)</style><base href=\"http://127.0.0.1:9/\">",
          "<iframe src=\"http://127.0.0.1:9/\"></iframe></code></li></ol></details>",
          "{{script}}{{entries}} ${window.owned = 6} needle",
          "\u202e\u2066 turned around");

  /** What is wrong with the contrast of a text, by the formula of WCAG. */
  private static final String CONTRAST =
      """
      (() => {
        const numbers = color => color.match(/[0-9.]+/g).map(Number);
        const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
          .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
          .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
        const bad = [];
        let seen = 0;
        for (const e of document.querySelectorAll('body, body *')) {
          const own = Array.from(e.childNodes).some(n => n.nodeType === 3 && n.data.trim());
          if (!own || e.closest('svg, script, noscript, .skip')) continue;
          seen++;
          let behind = e;
          while (behind && (numbers(getComputedStyle(behind).backgroundColor)[3] ?? 1) === 0)
            behind = behind.parentElement;
          const a = light(numbers(getComputedStyle(e).color));
          const b = light(numbers(getComputedStyle(behind || document.documentElement).backgroundColor));
          const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
          if (ratio < 4.5) bad.push(e.tagName + '.' + e.className + ' ' + ratio.toFixed(2));
        }
        return [seen, getComputedStyle(document.body).backgroundColor, bad.join('; ')];
      })()
      """;

  @TempDir private static Path tmp;
  private static Browser browser;
  private static Path page;

  @BeforeAll
  static void open() throws Exception {
    Optional<Path> chromium = Browser.program();
    if (chromium.isEmpty()) {
      System.out.println("skipped: no chromium is installed, in which a report could be opened");
      abort("no chromium is installed");
    }
    Path log = tmp.resolve("<b>log</b>");
    WalOptions options = WalOptions.builder().segmentBytes(4096).preallocatedBytesMax(0).build();
    try (WalWriter<byte[]> writer =
        WalWriter.open(FsDirectory.open(log), LineCodec.INSTANCE, options)) {
      for (int i = 0; i < 20; i++) {
        for (String entry : HOSTILE) {
          long unused = writer.append((entry + " " + i).getBytes(StandardCharsets.UTF_8));
        }
      }
    }
    Logs.tear(log);
    Path first = Logs.firstSegment(log);
    byte[] bytes = Files.readAllBytes(first);
    bytes[new String(bytes, StandardCharsets.ISO_8859_1).lastIndexOf("turned")] ^= 1;
    Files.write(first, bytes);
    page = tmp.resolve("report.html");
    assertThat(Run.of("report", "--html", page, log).status()).isEqualTo(2);
    browser = Browser.start(chromium.get(), tmp);
  }

  @AfterAll
  static void close() throws Exception {
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void load() throws Exception {
    browser.forget();
    browser.open(page);
    size(1280, 900, false);
  }

  private static void size(int width, int height, boolean isMobile) {
    browser.call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", isMobile));
  }

  @Test
  void nothingIsFetchedAndNothingOfAnEntryIsExecuted() {
    List<String> requests = new ArrayList<>();
    for (JsonNode each : browser.events("Network.requestWillBeSent")) {
      requests.add(each.path("request").path("url").asText());
    }
    assertThat(requests).containsExactly(page.toUri().toString());
    assertThat(browser.text("typeof window.owned")).isEqualTo("undefined");
    assertThat(browser.evaluate("document.scripts.length").asInt()).isEqualTo(1);
    assertThat(
            browser
                .evaluate(
                    "document.querySelectorAll('img, iframe, object, embed, base, link, [style],"
                        + " [onload], [onerror], a:not([href^=\"#\"])').length")
                .asInt())
        .isZero();
    String shown = browser.text("document.querySelector('.entries').textContent");
    for (String entry : HOSTILE.subList(0, 3)) {
      assertThat(shown).contains(entry.replace("\"", "\\\"") + " 0");
    }
    assertThat(shown).contains("\\u202e\\u2066 turned around 0");
    assertThat(browser.text("document.querySelector('h1').textContent")).contains("<b>log</b>");
    assertThat(browser.events("Log.entryAdded")).isEmpty();
    assertThat(browser.events("Runtime.exceptionThrown")).isEmpty();
  }

  @Test
  void thePolicyKeepsEvenAScriptThatIsThereFromRunningAndFetching() {
    String blocked =
        """
        (async () => {
          const kinds = [];
          document.addEventListener('securitypolicyviolation', e => kinds.push(e.effectiveDirective));
          try { await fetch('http://127.0.0.1:9/'); kinds.push('fetched'); } catch (e) { kinds.push('refused'); }
          new Image().src = 'http://127.0.0.1:9/';
          const script = document.createElement('script');
          try { script.textContent = 'window.owned = 9'; } catch (e) { kinds.push('trusted'); }
          document.body.append(script);
          while (!kinds.includes('img-src') || !kinds.includes('connect-src'))
            await new Promise(done => setTimeout(done, 10));
          return kinds.sort().join(' ') + ' ' + typeof window.owned;
        })()
        """;
    assertThat(browser.text(blocked))
        .contains("connect-src", "img-src", "refused", "trusted", "undefined")
        .doesNotContain("fetched");
  }

  @Test
  void everyLinkLeadsSomewhereByMouse() {
    int links = browser.evaluate("document.querySelectorAll('nav a').length").asInt();
    assertThat(links).isEqualTo(8);
    for (int i = 1; i <= links; i++) {
      String link = "nav li:nth-child(" + i + ") a";
      browser.evaluate("scrollTo(0, 0)");
      browser.click(link);
      String at = browser.text("location.hash");
      assertThat(at).isEqualTo(browser.text("document.querySelector('" + link + "').hash"));
      assertThat(browser.text("document.activeElement.id")).isEqualTo(at.substring(1));
    }
    browser.click("#problems ~ article a");
    assertThat(browser.text("location.hash")).isEqualTo("#around-1");
    browser.click(".map a");
    assertThat(browser.text("document.querySelector('tr:target').id")).isEqualTo("segment-1");
    assertThat(
            browser.text(
                "Array.from(document.querySelectorAll('a')).map(a => a.hash.slice(1))"
                    + ".filter(id => !document.getElementById(id)).join()"))
        .isEmpty();
  }

  @Test
  void theKeyboardReachesEverything() {
    browser.pressTab();
    assertThat(browser.text("document.activeElement.className")).isEqualTo("skip");
    browser.pressEnter();
    assertThat(browser.text("document.activeElement.id")).isEqualTo("main");
    List<String> reached = new ArrayList<>();
    int stops =
        browser
            .evaluate(
                "document.querySelectorAll('a[href], input, summary, [tabindex=\"0\"]').length")
            .asInt();
    for (int i = 0; i < stops; i++) {
      browser.pressTab();
      String last =
          browser.text(
              "(e => e.id || e.getAttribute('aria-label') || e.tagName)(document.activeElement)");
      reached.add(last);
      if (last.equals("query")) {
        browser.type("needle 1");
        assertThat(browser.text("document.getElementById('count').textContent"))
            .matches("[1-9]\\d* of \\d+ entries");
      } else if (last.equals("SUMMARY")) {
        boolean isOpen = browser.evaluate("document.activeElement.parentElement.open").asBoolean();
        browser.pressEnter();
        assertThat(browser.evaluate("document.activeElement.parentElement.open").asBoolean())
            .isNotEqualTo(isOpen);
      }
    }
    assertThat(reached)
        .contains("query", "SUMMARY", "Segments", "Entries by their payload")
        .anyMatch(each -> each.startsWith("Bytes around offset"))
        .anyMatch(each -> each.startsWith("What stands at offset"));
  }

  @Test
  void theSearchShowsTheEntriesThatContainTheText() {
    int all = browser.evaluate("document.querySelectorAll('.entries li').length").asInt();
    assertThat(browser.text("document.getElementById('count').textContent"))
        .isEqualTo(all + " of " + all + " entries");
    browser.click("#query");
    browser.type("NEEDLE 1");
    String visible =
        browser.text(
            "Array.from(document.querySelectorAll('.entries li')).filter(e => e.checkVisibility())"
                + ".map(e => e.querySelector('code').textContent).join('\\n')");
    assertThat(visible.lines()).isNotEmpty().allMatch(line -> line.contains("needle 1"));
    browser.pressEnter();
    assertThat(browser.text("location.href")).doesNotContain("?");
  }

  @Test
  void onATelephoneNothingScrollsSideways() {
    for (int width : new int[] {320, 360, 768}) {
      size(width, 740, true);
      browser.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })");
      assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
          .as("width %s: %s", width, widest())
          .isLessThanOrEqualTo(width);
      assertThat(browser.evaluate("innerWidth").asInt()).isEqualTo(width);
    }
    size(360, 740, true);
    assertThat(
            browser
                .evaluate("(p => p.scrollWidth - p.clientWidth)(document.querySelector('pre.hex'))")
                .asInt())
        .as("a dump fits 360 pixels")
        .isZero();
  }

  private static String widest() {
    return browser.text(
        "Array.from(document.querySelectorAll('body *')).filter(e => !e.closest('.wide, pre') &&"
            + " e.getBoundingClientRect().right > innerWidth).map(e => e.outerHTML.slice(0, 80))"
            + ".slice(0, 5).join()");
  }

  @Test
  void bothColourSchemesHaveContrast() {
    List<String> backgrounds = new ArrayList<>();
    for (String scheme : List.of("light", "dark")) {
      browser.call(
          "Emulation.setEmulatedMedia",
          Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
      JsonNode found = browser.evaluate(CONTRAST);
      assertThat(found.get(0).asInt()).isGreaterThan(100);
      backgrounds.add(found.get(1).asText());
      assertThat(found.get(2).asText()).as(scheme).isEmpty();
    }
    assertThat(backgrounds).doesNotHaveDuplicates();
  }

  @Test
  void aScreenReaderFindsLandmarksHeadingsAndNames() {
    browser.call("Accessibility.enable", Map.of());
    List<String> roles = new ArrayList<>();
    List<String> nameless = new ArrayList<>();
    for (JsonNode node : browser.call("Accessibility.getFullAXTree", Map.of()).path("nodes")) {
      String role = node.path("role").path("value").asText();
      roles.add(role);
      boolean needsName =
          List.of("link", "searchbox", "region", "table", "image", "navigation", "article")
              .contains(role);
      if (needsName && node.path("name").path("value").asText().isBlank()) {
        nameless.add(role);
      }
    }
    assertThat(roles)
        .contains("banner", "navigation", "main", "contentinfo", "search", "searchbox", "table")
        .contains("region", "article", "image", "status", "columnheader", "rowheader");
    assertThat(nameless).isEmpty();
    List<Integer> levels = new ArrayList<>();
    browser
        .evaluate("Array.from(document.querySelectorAll('h1, h2, h3, h4')).map(h => +h.tagName[1])")
        .forEach(level -> levels.add(level.asInt()));
    assertThat(levels.stream().filter(level -> level == 1)).hasSize(1);
    for (int i = 1; i < levels.size(); i++) {
      assertThat(levels.get(i)).isLessThanOrEqualTo(levels.get(i - 1) + 1);
    }
    assertThat(browser.text("document.documentElement.lang")).isEqualTo("en");
    assertThat(
            browser
                .evaluate(
                    "(ids => ids.length - new Set(ids).size)"
                        + "(Array.from(document.querySelectorAll('[id]')).map(e => e.id))")
                .asInt())
        .as("ids that are there twice")
        .isZero();
  }
}

package dev.durability.codec.evolution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.durability.codec.Decoder;
import dev.durability.codec.PostcardCodec;
import dev.durability.codec.evolution.Family.ByText;
import dev.durability.codec.evolution.Family.Declared;
import dev.durability.codec.evolution.Family.Many;
import dev.durability.codec.evolution.Family.Maybe;
import dev.durability.codec.evolution.Family.Part;
import dev.durability.errors.CodecException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random types, random changes of them, random values: each version reads what each earlier one
 * wrote, as a plain model says. {@code -Ddurability.seed} and {@code -Ddurability.evolutions}
 * choose the seed and the number of programs.
 */
class EvolutionTest {
  private static final int VERSIONS = 4;
  private static final int VALUES = 20;

  /** Of a build, which tries the same each time. */
  private static final long SEED = 1;

  private static final int PROGRAMS = 30;

  @Test
  void eachVersionReadsWhatEachEarlierOneWrote(@TempDir Path folder) throws Exception {
    long seed = Long.getLong("durability.seed", SEED);
    int programs = Integer.getInteger("durability.evolutions", PROGRAMS);
    Random random = new Random(seed);
    List<List<Family>> families = new ArrayList<>();
    List<JavaFileObject> sources = new ArrayList<>();
    for (int i = 0; i < programs; i++) {
      List<Family> versions = new ArrayList<>();
      Family family = Family.random(random);
      for (int version = 0; version < VERSIONS; version++) {
        versions.add(family);
        sources.add(new Source(name(i, version), family.source(name(i, version))));
        family = family.next(random);
      }
      families.add(versions);
    }
    compile(sources, folder);
    int read = 0;
    int gone = 0;
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
      for (int i = 0; i < programs; i++) {
        List<Values> versions = new ArrayList<>();
        for (int version = 0; version < VERSIONS; version++) {
          String outer = name(i, version);
          versions.add(
              new Values(families.get(i).get(version), name -> load(loader, outer + "$" + name)));
        }
        for (int from = 0; from < VERSIONS; from++) {
          for (int to = from; to < VERSIONS; to++) {
            String what = "seed " + seed + ", program " + i + ", " + from + " read as " + to;
            int refused = check(versions.get(from), versions.get(to), random, what);
            gone += refused;
            read += VALUES - refused;
          }
        }
      }
    }
    System.out.println(
        "evolutions: " + read + " values read, " + gone + " with something gone, seed " + seed);
    assertThat(read).isGreaterThan(gone);
    if (seed == SEED && programs >= PROGRAMS) { // Other programs may have nothing that is gone.
      assertThat(gone).isPositive();
    }
  }

  /** {@return how many values had something that is gone} */
  private static int check(Values from, Values to, Random random, String what) throws Exception {
    PostcardCodec<Object> before = codec(from, random);
    PostcardCodec<Object> now = codec(to, random);
    Decoder<Object> decoder = now.decoderOf(before.schema());
    Decoder<Object> any = PostcardCodec.withoutClasses(before.schema().orElseThrow());
    int gone = 0;
    for (int i = 0; i < VALUES; i++) {
      Object tree = from.draw(random);
      byte[] bytes = bytes(before, from.object(tree));
      assertThat(any.decode(ByteBuffer.wrap(bytes).asReadOnlyBuffer())).as(what).isNotNull();
      Object expected;
      try {
        expected = to.converted(tree, random);
      } catch (Values.GoneException e) {
        gone++;
        assertThatExceptionOfType(CodecException.class)
            .as(what)
            .isThrownBy(() -> decoder.decode(ByteBuffer.wrap(bytes).asReadOnlyBuffer()))
            .withMessageContaining("and is none any more");
        continue;
      }
      Object object = decoder.decode(ByteBuffer.wrap(bytes).asReadOnlyBuffer());
      assertThat(to.tree(object)).as(what).isEqualTo(expected);
    }
    return gone;
  }

  private static byte[] bytes(PostcardCodec<Object> codec, Object value) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    codec.encode(value, out);
    return out.toByteArray();
  }

  /** The codec of a version, which knows all former names, and a value for what may be new. */
  @SuppressWarnings("unchecked")
  private static PostcardCodec<Object> codec(Values values, Random random) throws Exception {
    Family family = values.family();
    PostcardCodec<Object> codec = PostcardCodec.of((Class<Object>) values.type(family.root));
    for (var each : family.types.entrySet()) {
      Declared declared = each.getValue();
      Class<?> type = values.type(each.getKey());
      for (String before : declared.before()) {
        codec = codec.renamed(type, before);
      }
      if (declared.kind() == Family.Kind.SUM) {
        continue;
      }
      for (Part part : declared.parts()) {
        for (String before : part.before()) {
          codec = codec.renamed(type, part.name(), before);
        }
        boolean isEmptyByItself =
            part.use() instanceof Maybe
                || part.use() instanceof Many
                || part.use() instanceof ByText;
        if (declared.kind() == Family.Kind.RECORD && !isEmptyByItself) {
          Object value = values.object(values.defaultOf(part, random), part.use());
          codec = codec.withDefault(type, part.name(), value);
        }
      }
    }
    return codec;
  }

  private static String name(int program, int version) {
    return "Program" + program + "Version" + version;
  }

  private static Class<?> load(ClassLoader loader, String name) {
    try {
      return loader.loadClass(name);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void compile(List<JavaFileObject> sources, Path folder) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> options = List.of("-d", folder.toString(), "-proc:none", "-nowarn");
    assertThat(compiler.getTask(null, null, null, options, null, sources).call()).isTrue();
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String name, String text) {
      super(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}

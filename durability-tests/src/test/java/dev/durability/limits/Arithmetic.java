package dev.durability.limits;

import dev.durability.DurableState;
import dev.durability.segmentindex.SegmentIndexState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * What the compiled methods of core and of the worked example calculate with integers, wherever a
 * result may not fit: additions, subtractions, multiplications, shifts to the left, negations,
 * divisions and narrowing casts. Counting a local int up or down by one is left out: it takes 2^31
 * rounds of a loop to overflow, over something that is in memory.
 */
final class Arithmetic {
  private static final String ROOT = "dev/durability/";

  /** What may not fit. */
  enum Kind {
    ADD,
    SUBTRACT,
    MULTIPLY,
    SHIFT,
    NEGATE,
    DIVIDE,
    NARROW
  }

  private Arithmetic() {}

  /** How often a method does what, by class and method; overloads and lambdas count together. */
  static SortedMap<String, String> ofTheLibrary() {
    SortedMap<String, Map<Kind, Integer>> counts = new TreeMap<>();
    for (byte[] type : classes()) {
      count(type, counts);
    }
    SortedMap<String, String> lines = new TreeMap<>();
    counts.forEach((method, kinds) -> lines.put(method, describe(kinds)));
    return lines;
  }

  private static String describe(Map<Kind, Integer> kinds) {
    return kinds.entrySet().stream()
        .map(each -> each.getKey().name().toLowerCase(Locale.ROOT) + " " + each.getValue())
        .collect(Collectors.joining(", "));
  }

  private static List<byte[]> classes() {
    List<byte[]> types = new ArrayList<>(classesBeside(DurableState.class));
    types.addAll(classesBeside(SegmentIndexState.class));
    return types;
  }

  /** The class files of a module, from a directory or a jar. */
  private static List<byte[]> classesBeside(Class<?> type) {
    try {
      Path path = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
      if (Files.isDirectory(path)) {
        return classes(path);
      }
      try (FileSystem jar = FileSystems.newFileSystem(path)) {
        return classes(jar.getPath("/"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<byte[]> classes(Path root) throws IOException {
    List<byte[]> types = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
        types.add(Files.readAllBytes(file));
      }
    }
    return types;
  }

  private static void count(byte[] type, SortedMap<String, Map<Kind, Integer>> counts) {
    ClassReader reader = new ClassReader(type);
    if (!reader.getClassName().startsWith(ROOT)) {
      return; // The descriptor of the module.
    }
    String name = reader.getClassName().substring(ROOT.length()).replace('/', '.');
    reader.accept(
        new ClassVisitor(Opcodes.ASM9) {
          @Override
          public MethodVisitor visitMethod(
              int access,
              String method,
              String descriptor,
              @Nullable String signature,
              String @Nullable [] exceptions) {
            return new Counting(name + "#" + plain(method), counts);
          }
        },
        ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
  }

  /** A lambda counts as the method that it stands in; its number says nothing. */
  private static String plain(String method) {
    if (!method.startsWith("lambda$")) {
      return method;
    }
    String within = method.substring("lambda$".length(), method.lastIndexOf('$'));
    return within.equals("new") ? "<init>" : within.equals("static") ? "<clinit>" : within;
  }

  private static final class Counting extends MethodVisitor {
    private final String method;
    private final SortedMap<String, Map<Kind, Integer>> counts;

    Counting(String method, SortedMap<String, Map<Kind, Integer>> counts) {
      super(Opcodes.ASM9);
      this.method = method;
      this.counts = counts;
    }

    @Override
    public void visitInsn(int opcode) {
      switch (opcode) {
        case Opcodes.IADD, Opcodes.LADD -> add(Kind.ADD);
        case Opcodes.ISUB, Opcodes.LSUB -> add(Kind.SUBTRACT);
        case Opcodes.IMUL, Opcodes.LMUL -> add(Kind.MULTIPLY);
        case Opcodes.ISHL, Opcodes.LSHL -> add(Kind.SHIFT);
        case Opcodes.INEG, Opcodes.LNEG -> add(Kind.NEGATE);
        case Opcodes.IDIV, Opcodes.LDIV -> add(Kind.DIVIDE);
        case Opcodes.L2I, Opcodes.I2B, Opcodes.I2S, Opcodes.I2C, Opcodes.D2I, Opcodes.D2L ->
            add(Kind.NARROW);
        default -> {}
      }
    }

    @Override
    public void visitIincInsn(int variable, int increment) {
      if (increment != 1 && increment != -1) {
        add(Kind.ADD);
      }
    }

    private void add(Kind kind) {
      Map<Kind, Integer> kinds =
          Objects.requireNonNull(counts.computeIfAbsent(method, each -> new EnumMap<>(Kind.class)));
      kinds.merge(kind, 1, Integer::sum);
    }
  }
}

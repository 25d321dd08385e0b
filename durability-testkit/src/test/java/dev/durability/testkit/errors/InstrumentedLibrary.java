package dev.durability.testkit.errors;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * The library once more, with a {@linkplain Points point} before and after each call and before
 * each allocation. Initialisers of classes have none, nor have constructors of enums, which run in
 * them: a class of which the initialiser failed is unusable for the rest of the JVM's life.
 */
final class InstrumentedLibrary extends ClassLoader {
  private static final String OWN = "dev.durability.";
  private static final String TESTKIT = "dev.durability.testkit.";

  InstrumentedLibrary() {
    super(InstrumentedLibrary.class.getClassLoader());
  }

  Scenario scenario(String simpleName) {
    try {
      var constructor =
          loadClass(getClass().getPackageName() + "." + simpleName).getDeclaredConstructor();
      constructor.setAccessible(true);
      return (Scenario) constructor.newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(OWN)
        || name.startsWith(Points.class.getName())
        || name.equals(Scenario.class.getName())) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      byte[] bytes = bytesOf(name);
      if (!name.startsWith(TESTKIT) || name.startsWith(UserCode.class.getName())) {
        bytes = instrument(bytes);
      }
      return defineClass(name, bytes, 0, bytes.length);
    }
  }

  private byte[] bytesOf(String name) throws ClassNotFoundException {
    String file = name.replace('.', '/') + ".class";
    try (InputStream in = getParent().getResourceAsStream(file)) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] instrument(byte[] before) {
    ClassReader reader = new ClassReader(before);
    ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
    String className = reader.getClassName().replace('/', '.').substring(OWN.length());
    boolean isEnum = (reader.getAccess() & Opcodes.ACC_ENUM) != 0;
    Map<String, int[]> counts = new HashMap<>();
    reader.accept(
        new ClassVisitor(Opcodes.ASM9, writer) {
          @Override
          public MethodVisitor visitMethod(
              int access,
              String name,
              String descriptor,
              @Nullable String signature,
              String @Nullable [] exceptions) {
            MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
            if (name.equals("<clinit>") || (isEnum && name.equals("<init>"))) {
              return next;
            }
            int[] count = Objects.requireNonNull(counts.computeIfAbsent(name, n -> new int[1]));
            return new WithPoints(next, className + "." + name, count);
          }
        },
        0);
    return writer.toByteArray();
  }

  /**
   * Calls {@link Points#reach} where something can be thrown. What comes after a call and before
   * the next is one point, if nothing happens in between that anybody could see.
   */
  private static final class WithPoints extends MethodVisitor {
    private final String method;
    private final int[] count;
    private final Set<Label> ofTries = new HashSet<>();

    /** The call that was made last, if nothing happened since. */
    private @Nullable String made;

    private int line;

    WithPoints(MethodVisitor next, String method, int[] count) {
      super(Opcodes.ASM9, next);
      this.method = method;
      this.count = count;
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      String call = simple(owner) + "." + name;
      point("before " + call);
      super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
      made = isOwnCode(owner) ? "return of " + call : call;
    }

    /**
     * Has points of its own; or it is a user's behind an interface, who throws before it returns.
     */
    private static boolean isOwnCode(String owner) {
      return owner.startsWith(OWN.replace('.', '/'));
    }

    @Override
    public void visitInvokeDynamicInsn(
        String name, String descriptor, Handle bootstrap, Object... arguments) {
      point("before making " + simple(Type.getReturnType(descriptor).getClassName()));
      super.visitInvokeDynamicInsn(name, descriptor, bootstrap, arguments);
    }

    @Override
    public void visitTypeInsn(int opcode, String type) {
      if (opcode == Opcodes.ANEWARRAY) {
        point("before new " + simple(type) + "[]");
      }
      super.visitTypeInsn(opcode, type);
      if (opcode == Opcodes.NEW) {
        point("at new " + simple(type)); // Frames refer to the label just before it.
      }
    }

    @Override
    public void visitIntInsn(int opcode, int operand) {
      if (opcode == Opcodes.NEWARRAY) {
        point("before new array");
      }
      super.visitIntInsn(opcode, operand);
    }

    @Override
    public void visitMultiANewArrayInsn(String descriptor, int dimensions) {
      point("before new array");
      super.visitMultiANewArrayInsn(descriptor, dimensions);
    }

    private void point(String next) {
      String what = made == null ? next : "after " + made + (next.isEmpty() ? "" : ", " + next);
      made = null;
      int number = Points.add(method + ":" + ++count[0], what + " (line " + line + ")");
      super.visitLdcInsn(number);
      super.visitMethodInsn(
          Opcodes.INVOKESTATIC, Type.getInternalName(Points.class), "reach", "(I)V", false);
    }

    // ---- what separates a call from the next

    private void end() {
      if (made != null) {
        point("");
      }
    }

    @Override
    public void visitTryCatchBlock(Label start, Label end, Label handler, @Nullable String type) {
      ofTries.addAll(List.of(start, end, handler));
      super.visitTryCatchBlock(start, end, handler, type);
    }

    @Override
    public void visitLabel(Label label) {
      if (ofTries.contains(label)) {
        end();
      }
      super.visitLabel(label);
    }

    @Override
    public void visitLineNumber(int number, Label start) {
      line = number;
      super.visitLineNumber(number, start);
    }

    @Override
    public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
      if (opcode == Opcodes.PUTFIELD || opcode == Opcodes.PUTSTATIC) {
        end();
      }
      super.visitFieldInsn(opcode, owner, name, descriptor);
    }

    @Override
    public void visitVarInsn(int opcode, int variable) {
      if (opcode >= Opcodes.ISTORE && opcode <= Opcodes.ASTORE) {
        end(); // A handler may read it.
      }
      super.visitVarInsn(opcode, variable);
    }

    @Override
    public void visitIincInsn(int variable, int increment) {
      end();
      super.visitIincInsn(variable, increment);
    }

    @Override
    public void visitInsn(int opcode) {
      boolean stores = opcode >= Opcodes.IASTORE && opcode <= Opcodes.SASTORE;
      boolean leaves = opcode >= Opcodes.IRETURN && opcode <= Opcodes.RETURN;
      if (stores || leaves || opcode == Opcodes.ATHROW) {
        end();
      }
      super.visitInsn(opcode);
    }

    @Override
    public void visitJumpInsn(int opcode, Label label) {
      end();
      super.visitJumpInsn(opcode, label);
    }

    @Override
    public void visitTableSwitchInsn(int min, int max, Label otherwise, Label... labels) {
      end();
      super.visitTableSwitchInsn(min, max, otherwise, labels);
    }

    @Override
    public void visitLookupSwitchInsn(Label otherwise, int[] keys, Label[] labels) {
      end();
      super.visitLookupSwitchInsn(otherwise, keys, labels);
    }

    private static String simple(String name) {
      return name.substring(
          Math.max(Math.max(name.lastIndexOf('/'), name.lastIndexOf('.')), name.lastIndexOf('$'))
              + 1);
    }
  }
}

package dev.durability.testkit.planted;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * A change of one instruction in one method of a compiled class, as a programmer makes it who
 * forgets something. It has to find as many instructions as it expects.
 *
 * @param className the class
 * @param method a method by its name, its lambdas included; by name and simple names of its
 *     parameters where there are others: {@code sync(FrameFile)}
 * @param change what is changed
 * @param sites how many instructions that is
 */
record Patch(String className, String method, Change change, int sites) {

  /** What is changed in a method. */
  @FunctionalInterface
  interface Change {
    /**
     * Makes what rewrites the method.
     *
     * @param next takes the method as it will be
     * @param descriptor the method's
     * @param found to be run for each instruction that is changed
     */
    MethodVisitor in(MethodVisitor next, String descriptor, Runnable found);
  }

  Patch(String className, String method, Change change) {
    this("dev.durability." + className, method, change, 1);
  }

  /** The same, where the line was written so many times. */
  Patch times(int count) {
    return new Patch(className, method, change, count);
  }

  byte[] apply(byte[] before) {
    ClassReader reader = new ClassReader(before);
    ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
    int[] found = new int[1];
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
            return isMethod(name, descriptor)
                ? change.in(next, descriptor, () -> found[0]++)
                : next;
          }
        },
        0);
    if (found[0] != sites) {
      throw new AssertionError(
          "the code has changed: " + this + " expects " + sites + " places, found " + found[0]);
    }
    return writer.toByteArray();
  }

  private boolean isMethod(String name, String descriptor) {
    return name.equals(method)
        || name.startsWith("lambda$" + method + "$")
        || method.equals(name + parameters(descriptor));
  }

  private static String parameters(String descriptor) {
    return Arrays.stream(Type.getArgumentTypes(descriptor))
        .map(type -> simpleName(type.getClassName()))
        .collect(Collectors.joining(",", "(", ")"));
  }

  private static String simpleName(String className) {
    return className.substring(className.lastIndexOf('.') + 1);
  }

  @Override
  public String toString() {
    return simpleName(className) + "#" + method;
  }

  // ---- what may be changed

  /** A call is forgotten: {@code FrameFile.sync}. What it returns is null, 0 or false. */
  static Change withoutCall(String call) {
    return (next, descriptor, found) ->
        new Calls(next, call, found) {
          @Override
          void replace(boolean isStatic, String owner, String name, String ofCall) {
            drop(isStatic, ofCall);
            pushDefault(Type.getReturnType(ofCall));
          }
        };
  }

  /** A call is forgotten, and what it returns is assumed to be a number; 1 is true. */
  static Change assuming(String call, long value) {
    return (next, descriptor, found) ->
        new Calls(next, call, found) {
          @Override
          void replace(boolean isStatic, String owner, String name, String ofCall) {
            drop(isStatic, ofCall);
            if (Type.getReturnType(ofCall).getSize() == 2) {
              visitLdcInsn(value);
            } else {
              visitLdcInsn((int) value);
            }
          }
        };
  }

  /** Instead of a call there is another: to that method of {@link Instead}, with the same types. */
  static Change calling(String call, String insteadMethod) {
    return calling(call, Instead.class, insteadMethod);
  }

  /** The same, of a class that may see more. */
  static Change calling(String call, Class<?> instead, String insteadMethod) {
    return (next, descriptor, found) ->
        new Calls(next, call, found) {
          @Override
          void replace(boolean isStatic, String owner, String name, String ofCall) {
            String types = isStatic ? ofCall : "(L" + owner + ";" + ofCall.substring(1);
            visitStatic(Type.getInternalName(instead), insteadMethod, types);
          }
        };
  }

  /** A call gets another int or boolean as its last argument; 1 is true. */
  static Change passing(String call, int last) {
    return (next, descriptor, found) ->
        new MethodVisitor(Opcodes.ASM9, next) {
          @Override
          public void visitMethodInsn(
              int opcode, String owner, String name, String ofCall, boolean isInterface) {
            if (Calls.isCall(call, owner, name)) {
              found.run();
              super.visitInsn(Opcodes.POP);
              super.visitLdcInsn(last);
            }
            super.visitMethodInsn(opcode, owner, name, ofCall, isInterface);
          }
        };
  }

  /** A field, or a constant, is read instead of another of its type and class. */
  static Change reading(String other, String insteadOf) {
    return (next, descriptor, found) ->
        new MethodVisitor(Opcodes.ASM9, next) {
          @Override
          public void visitFieldInsn(int opcode, String owner, String name, String type) {
            boolean reads = opcode == Opcodes.GETFIELD || opcode == Opcodes.GETSTATIC;
            boolean here = reads && name.equals(insteadOf);
            if (here) {
              found.run();
            }
            super.visitFieldInsn(opcode, owner, here ? other : name, type);
          }
        };
  }

  /** Instead of a field, what a static method of {@link Instead} makes of its object is read. */
  static Change asking(String insteadMethod, String insteadOf) {
    return (next, descriptor, found) ->
        new MethodVisitor(Opcodes.ASM9, next) {
          @Override
          public void visitFieldInsn(int opcode, String owner, String name, String type) {
            if (opcode == Opcodes.GETFIELD && name.equals(insteadOf)) {
              found.run();
              super.visitMethodInsn(
                  Opcodes.INVOKESTATIC,
                  Type.getInternalName(Instead.class),
                  insteadMethod,
                  "(L" + owner + ";)" + type,
                  false);
            } else {
              super.visitFieldInsn(opcode, owner, name, type);
            }
          }
        };
  }

  /** A field is not assigned. */
  static Change withoutAssigning(String field) {
    return (next, descriptor, found) ->
        new MethodVisitor(Opcodes.ASM9, next) {
          @Override
          public void visitFieldInsn(int opcode, String owner, String name, String type) {
            if (opcode == Opcodes.PUTFIELD && name.equals(field)) {
              found.run();
              super.visitInsn(Type.getType(type).getSize() == 2 ? Opcodes.POP2 : Opcodes.POP);
              super.visitInsn(Opcodes.POP);
            } else {
              super.visitFieldInsn(opcode, owner, name, type);
            }
          }
        };
  }

  /** A small int or long constant is another. */
  static Change constant(int before, int after) {
    return (next, descriptor, found) ->
        new MethodVisitor(Opcodes.ASM9, next) {
          @Override
          public void visitInsn(int opcode) {
            if (opcode == Opcodes.ICONST_0 + before) {
              found.run();
              super.visitInsn(Opcodes.ICONST_0 + after);
            } else if (opcode == Opcodes.LCONST_0 + before && before <= 1) {
              found.run();
              super.visitInsn(Opcodes.LCONST_0 + after);
            } else {
              super.visitInsn(opcode);
            }
          }
        };
  }

  /**
   * Before it returns, the method calls another of its object, with its own first parameter, a
   * long, and 0.
   */
  static Change atItsEnd(String owner, String name, String types) {
    return (next, descriptor, found) ->
        new MethodVisitor(Opcodes.ASM9, next) {
          @Override
          public void visitInsn(int opcode) {
            if (opcode == Opcodes.RETURN) {
              found.run();
              visitVarInsn(Opcodes.ALOAD, 0);
              visitVarInsn(Opcodes.LLOAD, 1);
              super.visitInsn(Opcodes.LCONST_0);
              visitMethodInsn(Opcodes.INVOKEVIRTUAL, owner, name, types, false);
              super.visitInsn(Opcodes.POP);
            }
            super.visitInsn(opcode);
          }
        };
  }

  /** The method does nothing but return null, 0, false, or this number; 1 is true. */
  static Change returning(int value) {
    return (next, descriptor, found) -> {
      found.run();
      next.visitCode();
      Type type = Type.getReturnType(descriptor);
      if (type.getSort() == Type.OBJECT || type.getSort() == Type.ARRAY) {
        next.visitInsn(Opcodes.ACONST_NULL);
      } else if (type.getSize() == 2) {
        next.visitLdcInsn((long) value);
      } else if (type.getSize() == 1) {
        next.visitLdcInsn(value);
      }
      next.visitInsn(type.getOpcode(Opcodes.IRETURN));
      next.visitMaxs(0, 0);
      next.visitEnd();
      return new MethodVisitor(Opcodes.ASM9) {};
    };
  }

  /** Changes calls of one method. */
  private abstract static class Calls extends MethodVisitor {
    private final String call;
    private final Runnable found;

    Calls(MethodVisitor next, String call, Runnable found) {
      super(Opcodes.ASM9, next);
      this.call = call;
      this.found = found;
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      if (isCall(call, owner, name)) {
        found.run();
        replace(opcode == Opcodes.INVOKESTATIC, owner, name, descriptor);
      } else {
        super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
      }
    }

    static boolean isCall(String call, String owner, String name) {
      String simple = owner.substring(Math.max(owner.lastIndexOf('/'), owner.lastIndexOf('$')) + 1);
      return call.equals(simple + "." + name);
    }

    /** Puts something into the place of a call, whose receiver and arguments are on the stack. */
    abstract void replace(boolean isStatic, String owner, String name, String descriptor);

    void visitStatic(String owner, String name, String descriptor) {
      super.visitMethodInsn(Opcodes.INVOKESTATIC, owner, name, descriptor, false);
    }

    void drop(boolean isStatic, String descriptor) {
      Type[] arguments = Type.getArgumentTypes(descriptor);
      for (int i = arguments.length - 1; i >= 0; i--) {
        visitInsn(arguments[i].getSize() == 2 ? Opcodes.POP2 : Opcodes.POP);
      }
      if (!isStatic) {
        visitInsn(Opcodes.POP);
      }
    }

    void pushDefault(Type type) {
      switch (type.getSort()) {
        case Type.VOID -> {}
        case Type.OBJECT, Type.ARRAY -> visitInsn(Opcodes.ACONST_NULL);
        case Type.LONG -> visitInsn(Opcodes.LCONST_0);
        default -> visitInsn(Opcodes.ICONST_0);
      }
    }
  }
}

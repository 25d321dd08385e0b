package dev.durability;

import dev.durability.AppliedState.Expected;
import dev.durability.recovery.StateMachine;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a programmer wrote by mistake in the code of the state, which nobody else may call: see the
 * class {@code Instead} of the planted bugs.
 */
public final class InsteadInState {
  /** Commands that share a sync: those of an earlier state are others. */
  private static final long NEAR = 16;

  private static volatile @Nullable Expected<?> last;

  private InsteadInState() {}

  /** Takes the result of the last command whose result was taken for one's own. */
  static @Nullable Object valueOfTheLast(Expected<?> expected) {
    Expected<?> other = last;
    long ahead = other == null ? 0 : other.id() - expected.id();
    if (other != null && ahead > 0 && ahead <= NEAR) {
      return other.value();
    }
    last = expected;
    return expected.value();
  }

  /** Decides before the command is appended, and does without if it changes nothing. */
  @SuppressWarnings("unchecked")
  static long settledUnlessRefused(Updates<?, ?> updates, Update<?> update) throws IOException {
    AppliedState<Object, Object> applied =
        (AppliedState<Object, Object>) field(Updates.class, "applied", updates);
    CommandMachine<Object, Object> machine =
        (CommandMachine<Object, Object>) field(AppliedState.class, "machine", applied);
    Applied<Object, ?> done =
        applied.read(
            state -> {
              Object copy = ((StateMachine<Object, Object>) machine).snapshot(state);
              Applied<Object, ?> tried =
                  machine.execute(copy, update.entry(), applied.appliedId() + 1);
              return tried.state().equals(state) ? tried : new Applied<>(copy, null);
            });
    if (done.result() == null) {
      return settle(updates, update);
    }
    try {
      Field result = Expected.class.getDeclaredField("result");
      result.setAccessible(true);
      result.set(update.expected(), done.result());
      return 0;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long settle(Updates<?, ?> updates, Update<?> update) throws IOException {
    try {
      Method settled = Updates.class.getDeclaredMethod("settled", Update.class);
      settled.setAccessible(true);
      return (long) settled.invoke(updates, update);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IOException failed) {
        throw failed;
      }
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Counts what is in the state for its id. */
  static Applied<Object, ?> withIdOfTheAccepted(
      CommandMachine<Object, Object> machine, Object state, Object command, long entryId) {
    return machine.execute(state, command, ((List<?>) state).size() + 1L);
  }

  /** Gives the id of the entry before. */
  static Applied<Object, ?> withIdBefore(
      CommandMachine<Object, Object> machine, Object state, Object command, long entryId) {
    return machine.execute(state, command, entryId - 1);
  }

  private static @Nullable Object field(Class<?> of, String name, Object object) {
    try {
      Field field = of.getDeclaredField(name);
      field.setAccessible(true);
      return field.get(object);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}

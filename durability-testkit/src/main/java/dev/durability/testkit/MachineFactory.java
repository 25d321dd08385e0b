package dev.durability.testkit;

import dev.durability.codec.Codec;
import dev.durability.recovery.StateMachine;

/**
 * Makes what a {@link DeterminismCheck} checks. A class that implements it has a constructor
 * without arguments, which need not be public: the other JVM is given only the name of the class.
 *
 * @param <S> the type of the state
 * @param <E> the type of the entries
 */
public interface MachineFactory<S, E> {

  /** {@return the machine to be checked} */
  StateMachine<S, E> machine();

  /** {@return what turns its entries into bytes and back} */
  Codec<E> codec();
}

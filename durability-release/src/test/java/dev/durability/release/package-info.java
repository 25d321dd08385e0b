/** Tests of what is published, as those see it who depend on it. */
@org.jspecify.annotations.NullMarked
package dev.durability.release;

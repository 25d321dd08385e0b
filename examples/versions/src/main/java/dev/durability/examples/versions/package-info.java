/**
 * A worked example: five versions of a program, and one directory that each of them goes on with.
 * The program is a help desk. Its log says what happened to the tickets, and a checkpoint what is
 * known of them.
 */
@NullMarked
package dev.durability.examples.versions;

import org.jspecify.annotations.NullMarked;

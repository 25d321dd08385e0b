/** The fourth version of the program. */
@NullMarked
package dev.durability.examples.versions.v4;

import org.jspecify.annotations.NullMarked;

/** The third version of the program. */
@NullMarked
package dev.durability.examples.versions.v3;

import org.jspecify.annotations.NullMarked;

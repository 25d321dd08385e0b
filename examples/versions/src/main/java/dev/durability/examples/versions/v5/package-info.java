/** The fifth version of the program. */
@NullMarked
package dev.durability.examples.versions.v5;

import org.jspecify.annotations.NullMarked;

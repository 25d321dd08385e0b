/** The first version of the program. */
@NullMarked
package dev.durability.examples.versions.v1;

import org.jspecify.annotations.NullMarked;

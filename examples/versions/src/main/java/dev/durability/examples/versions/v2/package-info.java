/** The second version of the program. */
@NullMarked
package dev.durability.examples.versions.v2;

import org.jspecify.annotations.NullMarked;

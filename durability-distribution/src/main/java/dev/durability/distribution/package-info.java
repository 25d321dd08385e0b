/** What is made for the packages of the program, beside what {@code assemble} puts together. */
@NullMarked
package dev.durability.distribution;

import org.jspecify.annotations.NullMarked;

/** A worked example: the seats of a theatre, booked over HTTP. {@code docs/spring-boot.md}. */
@NullMarked
package dev.durability.examples.spring;

import org.jspecify.annotations.NullMarked;

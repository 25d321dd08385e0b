/**
 * What both starters for Spring Boot share: properties, the beans that they make, metrics, and what
 * is said if the application cannot start. {@code docs/spring-boot.md} is the page for users.
 */
@NullMarked
package dev.durability.spring.boot;

import org.jspecify.annotations.NullMarked;

/** What Spring Boot 3 alone has: its health indicators. {@code docs/spring-boot.md} is the page. */
@NullMarked
package dev.durability.spring.boot3;

import org.jspecify.annotations.NullMarked;

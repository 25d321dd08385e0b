/** What Spring Boot 4 alone has: its health indicators. {@code docs/spring-boot.md} is the page. */
@NullMarked
package dev.durability.spring.boot4;

import org.jspecify.annotations.NullMarked;

package dev.durability.examples.spring;

import dev.durability.codec.Codec;
import dev.durability.codec.PostcardCodec;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/**
 * The application. The starter asks for two beans: the codec, and the state machine {@link Seats}.
 */
// begin:application
@SpringBootApplication
public class SeatsApplication {
  public static void main(String[] args) {
    SpringApplication.run(SeatsApplication.class, args);
  }

  @Bean
  Codec<Change> codec() {
    return PostcardCodec.of(Change.class);
  }
}
// end:application

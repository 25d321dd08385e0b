package dev.durability.spring.boot.starter;

import dev.durability.DurableState;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.recovery.StateMachine;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** An application as a user writes it: a sum, over HTTP. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class Counters {
  @Bean
  Codec<Long> codec() {
    return Codecs.longs();
  }

  @Bean
  StateMachine<Long, Long> sum() {
    return new Sum();
  }

  @RestController
  static class Adding {
    final CountDownLatch entered = new CountDownLatch(1);
    final CountDownLatch released = new CountDownLatch(1);
    private final DurableState<Long, Long> state;

    Adding(DurableState<Long, Long> state) {
      this.state = state;
    }

    @GetMapping("/sum")
    long sum() throws IOException {
      return state.read(sum -> sum);
    }

    @PostMapping("/add/{number}")
    long add(@PathVariable("number") long number) throws IOException {
      return state.update(number);
    }

    /** A request that is under way while the application is told to end. */
    @PostMapping("/add-slowly/{number}")
    long addSlowly(@PathVariable("number") long number) throws Exception {
      entered.countDown();
      released.await();
      return state.update(number);
    }
  }

  private static final class Sum implements StateMachine<Long, Long> {
    @Override
    public Long initial() {
      return 0L;
    }

    @Override
    public Long apply(Long sum, Long number) {
      return sum + number;
    }

    @Override
    public Long snapshot(Long sum) {
      return sum;
    }

    @Override
    public void write(Long sum, OutputStream out) throws IOException {
      new DataOutputStream(out).writeLong(sum);
    }

    @Override
    public Long read(InputStream in) throws IOException {
      return new DataInputStream(in).readLong();
    }
  }
}

package dev.durability.examples.raft;

import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Members in processes of their own, which talk through pipes to this one; it carries their
 * messages to each other. A kill is a SIGKILL.
 */
final class ProcessGroup implements KilledGroup {
  private static final int WRITES_MAX = 40;
  private static final int SIGKILLED = 128 + 9;

  private final Agreement agreement;
  private final Path directory;
  private final Map<MemberId, Life> lives = new ConcurrentHashMap<>();
  private final AtomicLong requests = new AtomicLong();

  ProcessGroup(Agreement agreement, Path directory) {
    this.agreement = agreement;
    this.directory = directory;
  }

  /** One life of a member. */
  private final class Life {
    private final MemberId self;
    private final Agreement.Witness watcher;
    private final Process process;
    private final Path errors;
    private final BlockingQueue<byte[]> toMember = new LinkedBlockingQueue<>();
    private final Map<Long, CompletableFuture<CounterClient.Answer>> waiting =
        new ConcurrentHashMap<>();
    private final CountDownLatch started = new CountDownLatch(1);
    private final Thread reader;
    private volatile boolean leads;
    private volatile boolean killed;

    Life(MemberId self) throws IOException {
      this.self = self;
      watcher = agreement.new Witness(self);
      errors = directory.resolve(self + ".errors");
      process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-ea",
                  "-Xmx128m",
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  MemberProcess.class.getName(),
                  self.name(),
                  directory.resolve(self.name()).toString())
              .redirectError(new File(errors.toString()))
              .start();
      reader = daemon(this::read, "from " + self);
      var unused = daemon(this::write, "to " + self);
    }

    private Thread daemon(Runnable task, String name) {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      thread.start();
      return thread;
    }

    private void write() {
      try (OutputStream out = process.getOutputStream()) {
        while (process.isAlive()) {
          byte @Nullable [] frame = toMember.poll(1, TimeUnit.SECONDS);
          if (frame != null) {
            out.write(Pipe.withLength(frame));
            out.flush();
          }
        }
      } catch (IOException | InterruptedException dead) {
        // It was killed.
      }
    }

    private void read() {
      try (DataInputStream in =
          new DataInputStream(new BufferedInputStream(process.getInputStream()))) {
        while (true) {
          byte[] frame = new byte[in.readInt()];
          in.readFully(frame);
          received(Pipe.input(frame));
        }
      } catch (EOFException end) {
        if (!killed) {
          agreement.violation(self + " ended by itself: " + errorText());
        }
      } catch (IOException | RuntimeException e) {
        agreement.violation(self + " wrote what cannot be read: " + e);
      } finally {
        waiting
            .values()
            .forEach(answer -> answer.completeExceptionally(new IllegalStateException("killed")));
      }
    }

    private String errorText() {
      try {
        return Files.readString(errors);
      } catch (IOException e) {
        return e.toString();
      }
    }

    private void received(DataInputStream in) throws IOException {
      int kind = in.readUnsignedByte();
      switch (kind) {
        case Pipe.MESSAGE -> {
          Life target = lives.get(new MemberId(in.readUTF()));
          if (target != null) {
            target.toMember.add(Pipe.frame(Pipe.MESSAGE, out -> out.write(in.readAllBytes())));
          }
        }
        case Pipe.ANSWER -> {
          CompletableFuture<CounterClient.Answer> answer = waiting.remove(in.readLong());
          if (answer != null) {
            answer.complete(new CounterClient.Answer(in.readLong(), in.readLong()));
          }
        }
        case Pipe.REFUSAL -> {
          CompletableFuture<CounterClient.Answer> answer = waiting.remove(in.readLong());
          if (answer != null) {
            answer.completeExceptionally(new IllegalStateException(in.readUTF()));
          }
        }
        case Pipe.STARTED -> {
          watcher.started(in.readLong(), in.readInt());
          started.countDown();
        }
        case Pipe.APPLIED ->
            watcher.applied(in.readLong(), (Operation) new CountersCodec().read(in), in.readLong());
        case Pipe.INSTALLED -> watcher.installed(in.readLong(), in.readLong());
        case Pipe.CAUGHT_UP -> watcher.caughtUpBySnapshot();
        case Pipe.CUT -> watcher.cut();
        case Pipe.LEADS -> leads = in.readBoolean();
        default -> throw new IOException("there is no kind of report " + kind);
      }
    }

    void kill() throws InterruptedException {
      killed = true;
      boolean asked = process.toHandle().destroyForcibly(); // Not process: that closes the pipe.
      int status = process.waitFor();
      if (!asked || status != SIGKILLED) {
        agreement.violation(
            self + " ended with " + status + " before it was killed: " + errorText());
      }
      reader.join(); // What it wrote before is read.
      watcher.end();
    }
  }

  @Override
  public void start(MemberId member) throws Exception {
    Life life = new Life(member);
    lives.put(member, life);
    if (!life.started.await(5, TimeUnit.MINUTES)) {
      throw new AssertionError(member + " does not start: " + life.errorText());
    }
  }

  @Override
  public void kill(MemberId member, Random chance) throws Exception {
    // Some writes later, so that it is in the middle of something.
    int until = agreement.acknowledgedCount() + chance.nextInt(WRITES_MAX);
    synchronized (agreement) {
      for (int i = 0; i < 10 && agreement.acknowledgedCount() < until; i++) {
        agreement.wait(20);
      }
    }
    Objects.requireNonNull(lives.remove(member)).kill();
  }

  @Override
  public CompletableFuture<CounterClient.Answer> submit(MemberId member, Operation.Add operation) {
    @Nullable Life life = lives.get(member);
    CompletableFuture<CounterClient.Answer> answer = new CompletableFuture<>();
    if (life == null) {
      answer.completeExceptionally(new IllegalStateException("not there"));
      return answer;
    }
    long request = requests.incrementAndGet();
    life.waiting.put(request, answer);
    life.toMember.add(
        Pipe.frame(
            Pipe.REQUEST,
            out -> {
              out.writeLong(request);
              new CountersCodec().write(operation, out);
            }));
    if (!life.reader.isAlive()) {
      answer.completeExceptionally(new IllegalStateException("killed"));
    }
    return answer;
  }

  @Override
  public boolean isLeader(MemberId member) {
    @Nullable Life life = lives.get(member);
    return life != null && life.leads;
  }

  @Override
  public void takeSnapshot() {
    lives.values().forEach(life -> life.toMember.add(Pipe.frame(Pipe.SNAPSHOT, out -> {})));
  }

  @Override
  public String describe(MemberId member) {
    @Nullable Life life = lives.get(member);
    return member + (life == null ? " is dead" : life.leads ? " leads" : " follows");
  }

  @Override
  public Directory disk(MemberId member) throws Exception {
    end();
    return FsDirectory.open(directory.resolve(member.name()));
  }

  @Override
  public void end() throws Exception {
    for (MemberId member : List.copyOf(lives.keySet())) {
      Objects.requireNonNull(lives.remove(member)).kill();
    }
  }
}

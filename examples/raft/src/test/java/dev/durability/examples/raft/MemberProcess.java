package dev.durability.examples.raft;

import dev.durability.storage.FsDirectory;
import io.microraft.RaftEndpoint;
import io.microraft.model.message.RaftMessage;
import io.microraft.transport.Transport;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** A member in a process of its own: {@code MemberProcess NAME DIRECTORY}. */
final class MemberProcess implements Transport, Watcher {
  private final MessageCodec messages = new MessageCodec(Member.codec());
  private final CountersCodec operations = new CountersCodec();
  private final DataOutputStream out =
      new DataOutputStream(new FileOutputStream(FileDescriptor.out));
  private final ReentrantLock lock = new ReentrantLock();

  private MemberProcess() {}

  public static void main(String[] arguments) throws Exception {
    new MemberProcess().run(new MemberId(arguments[0]), Path.of(arguments[1]));
  }

  private void run(MemberId self, Path directory) throws Exception {
    Files.createDirectories(directory);
    Member member = new Member(self, FsDirectory.open(directory), this, this);
    var unused = member.start().get(5, TimeUnit.MINUTES);
    Thread reports = new Thread(() -> reportLeadership(member));
    reports.setDaemon(true);
    reports.start();
    try (DataInputStream in = new DataInputStream(new FileInputStream(FileDescriptor.in))) {
      while (true) {
        byte[] frame = new byte[in.readInt()];
        in.readFully(frame);
        received(member, Pipe.input(frame));
      }
    } catch (EOFException over) {
      member.stop(); // Its parent is gone.
    }
  }

  private void received(Member member, DataInputStream in) throws IOException {
    int kind = in.readUnsignedByte();
    if (kind == Pipe.REQUEST) {
      requested(member, in);
    } else if (kind == Pipe.MESSAGE) {
      member.handle(messages.message(in.readAllBytes()));
    } else {
      member.takeSnapshot();
    }
  }

  private void requested(Member member, DataInputStream in) throws IOException {
    long request = in.readLong();
    var unused =
        member
            .submit((Operation.Add) operations.read(in))
            .whenComplete(
                (answer, failure) -> {
                  if (failure == null) {
                    tell(
                        Pipe.ANSWER,
                        frame -> {
                          frame.writeLong(request);
                          frame.writeLong(answer.index());
                          frame.writeLong(answer.value());
                        });
                  } else {
                    tell(
                        Pipe.REFUSAL,
                        frame -> {
                          frame.writeLong(request);
                          frame.writeUTF(String.valueOf(failure));
                        });
                  }
                });
  }

  private void reportLeadership(Member member) {
    boolean before = false;
    try {
      while (true) {
        boolean leads = member.isLeader();
        if (leads != before) {
          before = leads;
          tell(Pipe.LEADS, frame -> frame.writeBoolean(leads));
        }
        Thread.sleep(50);
      }
    } catch (InterruptedException over) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell(int kind, Pipe.Content content) {
    byte[] frame = Pipe.frame(kind, content);
    lock.lock();
    try {
      out.write(Pipe.withLength(frame)); // In one write: a kill leaves at most one half frame.
    } catch (IOException parentGone) {
      Runtime.getRuntime().halt(1);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void send(RaftEndpoint target, RaftMessage message) {
    tell(
        Pipe.MESSAGE,
        frame -> {
          frame.writeUTF((String) target.getId());
          frame.write(messages.bytes(message));
        });
  }

  @Override
  public boolean isReachable(RaftEndpoint endpoint) {
    return true;
  }

  @Override
  public void started(long snapshotIndex, int entries) {
    tell(
        Pipe.STARTED,
        frame -> {
          frame.writeLong(snapshotIndex);
          frame.writeInt(entries);
        });
  }

  @Override
  public void applied(long index, Operation operation, long digest) {
    tell(
        Pipe.APPLIED,
        frame -> {
          frame.writeLong(index);
          operations.write(operation, frame);
          frame.writeLong(digest);
        });
  }

  @Override
  public void installed(long index, long digest) {
    tell(
        Pipe.INSTALLED,
        frame -> {
          frame.writeLong(index);
          frame.writeLong(digest);
        });
  }

  @Override
  public void caughtUpBySnapshot() {
    tell(Pipe.CAUGHT_UP, frame -> {});
  }

  @Override
  public void cut() {
    tell(Pipe.CUT, frame -> {});
  }

  /** The parent finds out why. */
  @Override
  public void storeFailed(Throwable failure) {
    failure.printStackTrace();
    Runtime.getRuntime().halt(2);
  }
}

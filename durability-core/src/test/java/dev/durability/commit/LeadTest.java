package dev.durability.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.commit.Lead.State;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The table of transitions in the Javadoc of {@link Lead}: these, and no others. */
class LeadTest {
  private final Leader logLeader = new Leader();
  private final Waiter.OfThread thread = new Waiter.OfThread();
  private final Waiter.OfThread heir = new Waiter.OfThread();
  private final Waiter.OfThread closer = new Waiter.OfThread();

  private Lead in(State state) {
    Lead lead = new Lead(logLeader);
    switch (state) {
      case FREE -> {}
      case THREAD -> lead.take(thread);
      case OFFERED -> {
        lead.take(thread);
        lead.offer(thread);
      }
      case LOG_THREAD -> lead.takeForRound();
      case ENDED -> lead.end(closer);
    }
    assertThat(lead.state()).isEqualTo(state);
    return lead;
  }

  @Test
  void leadIsTakenGivenUpAndEndedOnlyAsTheTableSays() {
    Map<String, Consumer<Lead>> methods = new LinkedHashMap<>();
    methods.put("take", lead -> lead.take(heir));
    methods.put("takeForRound", Lead::takeForRound);
    methods.put("takeForMark", Lead::takeForMark);
    methods.put("giveUp", Lead::giveUp);
    methods.put("end", lead -> lead.end(closer));
    Map<String, State> allowed =
        Map.of(
            "FREE take", State.THREAD,
            "FREE takeForRound", State.LOG_THREAD,
            "OFFERED takeForRound", State.LOG_THREAD,
            "FREE takeForMark", State.LOG_THREAD,
            "LOG_THREAD giveUp", State.FREE,
            "FREE end", State.ENDED,
            "ENDED end", State.ENDED);
    for (State from : State.values()) {
      methods.forEach(
          (name, method) -> {
            Lead lead = in(from);
            State to = allowed.get(from + " " + name);
            if (to != null) {
              method.accept(lead);
              assertThat(lead.state()).as("%s %s", from, name).isEqualTo(to);
            } else {
              assertThatThrownBy(() -> method.accept(lead))
                  .as("%s %s", from, name)
                  .isInstanceOf(IllegalStateException.class)
                  .hasMessageContaining(from.toString());
              assertThat(lead.state()).isEqualTo(from);
            }
          });
    }
  }

  @Test
  void roundEndsWithAnHeirWithTheLogsThreadOrWithNobody() {
    for (State from : new State[] {State.THREAD, State.OFFERED, State.LOG_THREAD}) {
      Leader self = from == State.THREAD ? thread : logLeader;
      Supplier<Lead> started =
          () -> {
            Lead lead = in(from);
            assertThat(lead.isHeldBy(self)).isTrue();
            lead.begin();
            assertThat(lead.isUsedByCurrentThread()).isTrue();
            return lead;
          };

      Lead passed = started.get();
      passed.pass(self, heir);
      assertThat(passed.state()).isEqualTo(State.THREAD);
      assertThat(passed.isHeldBy(heir)).isTrue();
      assertThat(self.heir).isSameAs(heir);
      assertThat(passed.isUsedByCurrentThread()).isFalse();

      Lead offered = started.get();
      offered.offer(self);
      assertThat(offered.state()).isEqualTo(State.OFFERED);
      assertThat(offered.isHeldBy(logLeader)).isTrue();
      assertThat(self.heir).isNull();
      assertThat(offered.isUsedByCurrentThread()).isFalse();

      Lead free = started.get();
      free.pass(self, null);
      assertThat(free.isFree()).isTrue();
      assertThat(free.isHeldBy(self)).isFalse();
      assertThat(self.heir).isNull();
      assertThat(free.isUsedByCurrentThread()).isFalse();
    }
  }

  @Test
  void threadThatClosesMayHoldTheLeadAlready() {
    Lead lead = new Lead(logLeader);
    lead.take(closer);
    lead.end(closer);
    assertThat(lead.hasEnded()).isTrue();
    assertThat(lead.isUsedByCurrentThread()).isTrue();
    lead.rest();
    assertThat(lead.isUsedByCurrentThread()).isFalse();
    assertThat(lead.hasEnded()).isTrue();
  }

  @Test
  void logsThreadLeadsOnUntilItRunsCallbacksAndCanLeadAgainOnceItRests() {
    Lead lead = new Lead(logLeader);
    assertThat(lead.logThreadLeads()).isFalse();
    assertThat(lead.logThreadCanLead()).isTrue();
    lead.takeForRound();
    assertThat(lead.logThreadLeads()).isTrue();
    lead.callbacksFollow(thread);
    assertThat(lead.logThreadLeads()).as("they are of another thread").isTrue();
    lead.callbacksFollow(logLeader);
    assertThat(lead.logThreadLeads()).isFalse();
    assertThat(lead.logThreadCanLead()).isFalse();
    lead.pass(logLeader, thread);
    assertThat(lead.logThreadCanLead()).isFalse();
    lead.logThreadRests();
    assertThat(lead.logThreadCanLead()).isTrue();
    assertThat(lead.logThreadLeads()).isFalse();
  }

  @Test
  void markIsNoRoundInWhichTheLogsThreadStays() {
    Lead lead = new Lead(logLeader);
    lead.takeForMark();
    assertThat(lead.isHeldBy(logLeader)).isTrue();
    assertThat(lead.logThreadLeads()).isFalse();
  }
}

package dev.durability.segment;

import dev.durability.log.Verdict;

/**
 * The decision table of recovery, as in docs/format.md: from what was found in the files to the
 * verdict. Each case states its whole condition, so exactly one holds, in whatever order they are
 * tried.
 */
enum RecoveryCase {
  /** Case 1. No segment reaches back to the entry after the newest valid checkpoint. */
  PREFIX_MISSING(Verdict.CORRUPT) {
    @Override
    boolean holds(Facts f) {
      return !f.reachesBack;
    }
  },
  /** Case 2. The run ends before the last segment: a bad header, a gap, a segment without END. */
  BROKEN_BEFORE_LAST(Verdict.CORRUPT) {
    @Override
    boolean holds(Facts f) {
      return f.reachesBack && !f.endsInLast;
    }
  },
  /** Case 3. Something that survived promises more than what is intact. */
  PROMISE_LOST(Verdict.CORRUPT) {
    @Override
    boolean holds(Facts f) {
      return f.reachesBack && f.endsInLast && f.intact < f.promised;
    }
  },
  /** Case 4. A checkpoint covers more than what is intact. */
  COVERED_LOST(Verdict.CORRUPT) {
    @Override
    boolean holds(Facts f) {
      return f.reachesBack && f.endsInLast && f.intact >= f.promised && f.intact < f.covered;
    }
  },
  /** Case 5. Two segments have one number, or the oldest one is of another log. */
  MIXED(Verdict.CORRUPT) {
    @Override
    boolean holds(Facts f) {
      return isIntact(f) && f.mixed;
    }
  },
  /** Case 6. Nothing but zeros follows the run. */
  CLEAN(Verdict.CLEAN) {
    @Override
    boolean holds(Facts f) {
      return isWhole(f) && !f.somethingFollows;
    }
  },
  /** Case 7. The end was being written. */
  TORN(Verdict.TORN) {
    @Override
    boolean holds(Facts f) {
      return isWhole(f) && f.somethingFollows && !f.validFramesFollow;
    }
  },
  /** Case 8. The end was being written, and its blocks were stored out of order. */
  AMBIGUOUS(Verdict.AMBIGUOUS) {
    @Override
    boolean holds(Facts f) {
      return isWhole(f) && f.somethingFollows && f.validFramesFollow;
    }
  };

  /**
   * What was found.
   *
   * @param reachesBack whether a segment starts at or before the entry after the covered one
   * @param endsInLast whether the run of valid frames ends in the last segment
   * @param intact the last entry of the run
   * @param covered the last entry that a valid checkpoint covers
   * @param promised the largest promise
   * @param mixed whether a segment is there that cannot belong to this log
   * @param somethingFollows whether a byte that is not zero follows the run
   * @param validFramesFollow whether a valid frame follows it
   */
  record Facts(
      boolean reachesBack,
      boolean endsInLast,
      long intact,
      long covered,
      long promised,
      boolean mixed,
      boolean somethingFollows,
      boolean validFramesFollow) {}

  private final Verdict verdict;

  RecoveryCase(Verdict verdict) {
    this.verdict = verdict;
  }

  abstract boolean holds(Facts facts);

  Verdict verdict() {
    return verdict;
  }

  static RecoveryCase of(Facts facts) {
    for (RecoveryCase candidate : values()) {
      if (candidate.holds(facts)) {
        return candidate;
      }
    }
    throw new AssertionError("no case holds for " + facts);
  }

  private static boolean isWhole(Facts f) {
    return isIntact(f) && !f.mixed;
  }

  private static boolean isIntact(Facts f) {
    return f.reachesBack && f.endsInLast && f.intact >= f.promised && f.intact >= f.covered;
  }
}

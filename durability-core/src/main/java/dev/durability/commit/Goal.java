package dev.durability.commit;

/** What becomes of all that was appended before a wait ends. */
enum Goal {
  /** It is out of the queue, so that there is room for more. */
  PLACED,
  /** It survives the process. */
  FLUSHED,
  /** It survives power loss. */
  DURABLE
}

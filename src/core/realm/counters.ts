/** What the realm counts, with the help text that operators read. Features add their own. */
export const realmCounters: Readonly<Record<string, string>> = {
  sessions_opened_total: "Sessions opened",
  sessions_closed_total: "Sessions closed",
  sessions_ended_total: "Sessions that the server ended, by error code",
  connections_congested_total: "Times a peer read more slowly than it was written to",
  packets_ignored_total: "Packets of sessions that were already ending",
  packets_refused_in_state_total: "Packets not allowed in the session's state",
  packets_refused_for_role_total: "Packets that the player's role may not send",
  packets_answered_with_error_total: "Packets answered with an error, by error code",
  packets_undecodable_total: "Packets whose payload made no sense",
  replies_too_late_total: "Replies to sessions that had ended",
  ticks_total: "Ticks run",
  ticks_skipped_total: "Ticks left out because the server was late",
  calls_answered_total: "Calls answered, by outcome",
  calls_answered_too_late_total: "Answers to calls that were answered before",
  steps_failed_total: "Events left out because a feature threw",
  features_suspended_total: "Features suspended because their tick or timer threw",
};

/** Why the simulator does not see these mutants, by id. */
export const survivors: Readonly<Record<string, string>> = {
  "kernel-08": "only whether a counter at 0 is listed; no checker reads the list",
  "realm-08": "a context that stays in use shows only to a feature that keeps it",
  "JRN-tail-uncut": "not looked into yet",
  "wire-04": "needs a login whose payload is cut off right in front of a zero byte",
  "wire-07": "defaults of nested bytes keep their class; a value of either class looks the same",
  "features-05": "found at some seeds: needs two who leave a cell in the last line of the grid",
  "F02-index-of-sockets": "memory only: the platform uses no number of a socket again",
  "F03-refusals-uncounted": "found at some seeds: needs a flood whose sender leaves in order",
  "F07-close-staged": "no built-in feature sends behind a close in one step",
  "F07-partial-reused": "nobody keeps the bytes of a packet beyond its step",
  "F08-wanted":
    "nothing is left to seal after a turn in which it was wanted; the line guards a case that the order of a turn excludes",
  "F13-wrong-run": "no built-in feature sends both deliveries to one connection in one step",
  "F15-monotonic-back": "the jitter is two microseconds, which is less than any rule measures",
  "F18-retry-after": "no code that ends a session comes with a time to wait",
  "F20-position-lost": "the server tells position and health in records apart",
  "F21-told-when-gone": "the instant between a link's end and the notice of its queue is not met",
  "JRN-tail-unsecured": "needs a crash between write and sync, and a power loss right after it",
};

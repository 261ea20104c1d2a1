/** Why the simulator does not see these mutants, by id. */
export const survivors: Readonly<Record<string, string>> = {
  "F18-retry-after":
    "no server of this program says how long to wait when it ends a session: that takes one of another make",
  "F21-told-when-gone":
    "needs an end that still waits in the host when its connection closes: seed 194 has one, and the time was over before it",
  "host-06": "no simulated capture becomes 8 MiB long, where its next file begins",
  "host-07":
    "needs a bit that flips in the last block of a segment, which the checkpoint has already; no seed of 300 has it",
  "journal-11":
    "needs a segment that begins with twenty zeros and has something behind them, or one that is shorter than that",
  "client-16":
    "needs a server that tells of somebody whom it has not shown: that takes one of another make",
};

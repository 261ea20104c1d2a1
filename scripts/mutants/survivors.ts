/** Why the simulator does not see these mutants, by id. */
export const survivors: Readonly<Record<string, string>> = {
  "F18-retry-after":
    "no server of this program says how long to wait when it ends a session: that takes one of another make",
  "F21-told-when-gone":
    "found at some seeds: needs a reader who was slow, and who leaves in the turn in which his queue is empty",
};

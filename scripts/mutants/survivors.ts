/** Why the simulator does not see these mutants, by id. */
export const survivors: Readonly<Record<string, string>> = {
  "F18-retry-after": "no code that ends a session comes with a time to wait",
  "F21-told-when-gone": "the instant between a link's end and the notice of its queue is not met",
};

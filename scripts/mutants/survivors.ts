/** Why the simulator does not see these mutants, by id. */
export const survivors: Readonly<Record<string, string>> = {
  "JRN-tail-uncut": "not looked into yet",
  "wire-04": "needs a login whose payload is cut off right in front of a zero byte",
  "features-05": "found at some seeds: needs two who leave a cell in the last line of the grid",
  "F07-partial-reused": "nobody keeps the bytes of a packet beyond its step",
  "F13-wrong-run": "no built-in feature sends both deliveries to one connection in one step",
  "F18-retry-after": "no code that ends a session comes with a time to wait",
  "F20-position-lost": "the server tells position and health in records apart",
  "F21-told-when-gone": "the instant between a link's end and the notice of its queue is not met",
};

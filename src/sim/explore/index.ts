/**
 * The exhaustive corner: every order of the events of a small world, where the simulator draws some
 * orders of a large one.
 */
export { cornerNamed, corners } from "./corner.ts";
export type { Corner, VisitorScript } from "./corner.ts";
export { explore, replayOrder } from "./search.ts";
export type { Broken, Exploration, ExploreOptions } from "./search.ts";
export {
  countCommuting,
  countInequivalent,
  countOrders,
  longestOrder,
  untrueClaims,
} from "./orders.ts";
export { orderText } from "./story.ts";

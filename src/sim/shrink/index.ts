/** Failures made small, with the same rule broken by less. */
export { shrink, Shrinking } from "./shrinking.ts";
export type { Given, Shrunk, ShrinkOptions } from "./shrinking.ts";
export { eventsOf } from "./edit.ts";

/** An order of events as people read it. */
import type { Broken } from "./search.ts";

/** The rule and the numbered events, a line each. */
export function orderText({ rule, events, calm }: Broken): string {
  const numbered = (names: readonly string[], before: number): readonly string[] =>
    names.map((name, index) => `  ${String(before + index + 1).padStart(4)}. ${name}`);
  const lines = [`broken: ${rule}`, ...numbered(events, 0)];
  if (calm.length > 0) lines.push("  and by itself:", ...numbered(calm, events.length));
  return lines.join("\n");
}

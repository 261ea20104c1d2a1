/** What the replay tools have found, in words. */
import { grouped, table } from "../output.ts";
import type { Classification, Compared } from "./against.ts";
import type { Bisected, Found } from "./bisect.ts";
import type { FirstDifference, LogsCompared } from "./compare-logs.ts";
import type { Difference } from "./differences.ts";
import type { ToldEvent } from "./events.ts";
import { eventLine } from "./words.ts";

export function toldText(event: ToldEvent): string {
  const failed = event.failed === true ? ", left out: its step failed" : "";
  const effects = (event.effects ?? []).map((effect) => `\n    ${effect}`);
  return `${event.seq} ${eventLine(event)}${failed}${effects.join("")}`;
}

export function bisectedText({ fromSeq, toSeq, stride, found }: Bisected): string {
  const looked = `events ${fromSeq} to ${toSeq}`;
  if (found === null) {
    const every = stride === 1 ? "after each of them" : `after every ${grouped(stride)} of them`;
    return `nothing is wrong in ${looked}; invariants were looked at ${every}`;
  }
  const rows: [string, string][] = [
    ["looked at", looked],
    ["first", `event ${found.seq}: ${found.message}`],
    ["event", eventLine(found.event)],
  ];
  for (const broken of found.broken.slice(1)) rows.push(["broken, too", broken]);
  if (found.agreedSeq !== null) rows.push(["agreed", agreedText(found.agreedSeq)]);
  if (found.field !== null) rows.push(["field", found.field]);
  return [table(rows), ...changesText(found), ...effectsText("it ordered", found.effects)].join(
    "\n",
  );
}

const agreedText = (sequence: number): string =>
  `up to event ${sequence}; in between the log has no digest of it`;

const changesText = ({ changes }: Found): string[] =>
  changes.length === 0 ? [] : ["it changed", ...changes.map(changeText)];

const changeText = ({ field, before, after }: Difference): string =>
  `  ${field}: ${before} -> ${after}`;

/** A title, and each effect on a line of its own. */
export const effectsText = (title: string, effects: readonly string[]): string[] =>
  effects.length === 0 ? [`${title} nothing`] : [title, ...effects.map((each) => `  ${each}`)];

const classes: Readonly<Record<Classification, string>> = {
  identical: "identical",
  "other-state": "same outputs, different state",
  "other-outputs": "changed outputs",
  crash: "crash",
};

export function comparedText(result: Compared): string {
  const { classification, events, fromSeq, toSeq, first, changed, state, failures } = result;
  const rows: [string, string][] = [
    ["result", classes[classification]],
    ["compared", `${grouped(events)} events (${fromSeq} to ${toSeq})`],
  ];
  if (result.death !== null) rows.push(["there", result.death.message]);
  const changedText = changed === 1 ? "1 event has" : `${grouped(changed)} events have`;
  if (changed > 0) rows.push(["changed", `${changedText} other outputs`]);
  if (state !== null) {
    rows.push(["state", `differs after event ${state.seq}: ${eventLine(state.event)}`]);
  }
  for (const { seq, threw } of failures) {
    rows.push(["failed", `event ${seq}: ${threw === null ? "throws no more" : threw}`]);
  }
  if (result.divergedSeq !== null) {
    rows.push(["this build", `differs from the log itself, first at event ${result.divergedSeq}`]);
  }
  const lines = [table(rows)];
  if (state !== null) lines.push("state here -> there", ...state.fields.map(changeText));
  if (first === null) return lines.join("\n");
  lines.push(`first: event ${first.seq}: ${eventLine(first.event)}`);
  lines.push(...effectsText("here it orders", first.here));
  if (first.threw === null) lines.push(...effectsText("there it orders", first.there));
  else lines.push(`there ${first.threw}`);
  return lines.join("\n");
}

export function logsComparedText({ same, fromSeq, endSeq, first }: LogsCompared): string {
  const [left, right] = endSeq;
  if (first === null) return `the same: ${grouped(same)} events (${fromSeq} to ${left})`;
  const rows: [string, string][] = [
    ["the same", `${grouped(same)} events`],
    ["first", `event ${first.seq}: ${parted[first.what]}`],
    ["in A", sideText(first.events[0], left)],
    ["in B", sideText(first.events[1], right)],
  ];
  const lines = [table(rows)];
  if (first.fields.length > 0) lines.push("A -> B", ...first.fields.map(changeText));
  if (first.agrees === null) return lines.join("\n");
  return [
    ...lines,
    ...effectsText(`this build orders what ${agreeing[first.agrees]}`, first.effects),
  ].join("\n");
}

const parted: Readonly<Record<FirstDifference["what"], string>> = {
  event: "it is another one",
  effects: "the same event has other effects",
  end: "one of them ends before it",
};

const agreeing = { first: "A has", second: "B has", neither: "neither has" } as const;

const sideText = (event: FirstDifference["events"][0], end: number): string =>
  event === null ? `nothing: it ends with event ${end}` : eventLine(event);

/**
 * Mutants that were drawn and say nothing of the checkers, each with the reason: nobody can see
 * them, or nobody can start the program with them.
 */
import type { Mutant } from "./mutant.ts";

export const equivalents: readonly (Pick<Mutant, "file" | "from" | "to"> & {
  readonly why: string;
  /** Of places of the file with the same text: which, from 0; all of them when left out. */
  readonly occurrence?: number;
})[] = [
  {
    file: "src/core/kernel/timers.ts",
    from: 'typeof kind === "number" &&',
    to: 'typeof kind === "number" ||',
    why: "it weakens the reading of a checkpoint, which only this program writes and whose checksum and digest are compared",
  },
  {
    file: "src/core/kernel/plain-extensions.ts",
    from: "if (!(array instanceof Float64Array || array instanceof Float32Array)) return false;",
    to: "if (!(array instanceof Float64Array || array instanceof Float32Array)) return true;",
    why: "whole numbers are written one by one then, which takes longer and gives the same bytes",
  },
  {
    file: "src/core/kernel/plain-extensions.ts",
    from: "return new Uint8Array(array.buffer, array.byteOffset, array.byteLength).slice();",
    to: "(new Uint8Array(array.buffer, array.byteOffset, array.byteLength).slice());",
    why: "elements are written one by one then, which takes longer and gives the same bytes",
  },
  {
    file: "src/core/kernel/counters.ts",
    from: "cell.isUsed = true;",
    to: "return; cell.isUsed = true;",
    why: "a gauge that was set is listed when there are none of its name with labels, used or not; no gauge of the program has labels, and features have no gauges",
  },
  {
    file: "src/core/edge/connection.ts",
    from: "inReplyTo: inReplyTo === Infinity ? 0 : inReplyTo,",
    to: "inReplyTo: !(inReplyTo === Infinity) ? 0 : inReplyTo,",
    why: "what a client says that it answers is read by nobody; the core takes no notice of the field",
  },
  {
    file: "src/core/realm/machine.ts",
    from: "kernel.calls += 1;",
    to: "kernel.calls += (1 + 1);",
    why: "numbers of calls need only be different from each other, and still are",
  },
  {
    file: "src/core/features/login/budget.ts",
    from: "if (fullAt > now || left === 0) return;",
    to: "if (fullAt > now || left === 1) return;",
    why: "of addresses whose budgets are full seven are forgotten at a time and not eight; the next login forgets the others",
  },
  {
    file: "src/core/features/world/near.ts",
    from: "((told.cells[at - 1] as number) === (told.cells[at] as number) &&",
    to: "((told.cells[at - 1] as number) === (told.cells[at] as number) ||",
    why: "it weakens a rule that the program checks itself against, and that holds",
  },
  {
    file: "src/client/pending.ts",
    from: "this.#putDueAt = dueAt;",
    to: ";",
    why: "the deadline is kept for an assertion only, which holds",
  },
  {
    file: "src/core/host/outbox.ts",
    from: "connection.closeStaged = true;\nthis.#hasOthers = true;",
    to: "this.#hasOthers = true;",
    why: "the realm orders nothing for a session that it has ended, whatever a feature asks for: what the line keeps back is never ordered",
  },
  {
    file: "src/core/host/commit.ts",
    from: "return this.#isWanted ? 0 : this.#dueAt;",
    to: "return this.#isWanted ? null : this.#dueAt;",
    why: "at the end of a turn a block that is wanted is sealed, or waited with, or another one is on its way, of which the lines before have said so",
  },
  {
    file: "src/client/world-view.ts",
    from: "if (hasMoved) {",
    to: "if (hasMoved && (health === null || health === undefined)) {",
    why: "a record holds one of movement, health and status: they are a oneof of the protocol",
  },
  {
    file: "src/core/kernel/ids.ts",
    from: "if (!Number.isSafeInteger(value) || value < 0) failInteger(value, what);",
    to: "if (!Number.isSafeInteger(value) || value < 0) failInteger(what, value);",
    why: "it fails all the same; only the words for whoever reads of it change places",
  },
  {
    file: "src/core/wire/frame.ts",
    from: "if (this.waitingAt >= 64 && 2 * this.waitingAt >= this.waiting.length) {",
    to: "if (!(this.waitingAt >= 64 && 2 * this.waitingAt >= this.waiting.length)) {",
    why: "what waits is moved to the front sooner or later, and comes in the same order: it costs time",
  },
  {
    file: "src/core/wire/envelope.ts",
    occurrence: 0,
    from: "this.isRecent = false;",
    to: ";",
    why: "nobody asks to read again what was not read without fault right before",
  },
  {
    file: "src/core/realm/time.ts",
    from: "let next = Math.max(estimate - 1, tick);",
    to: "let next = Math.min(estimate - 1, tick);",
    why: "the line behind it finds the same tick from any that is due, and both are: it takes longer",
  },
  {
    file: "src/core/wire/plain-defaults.ts",
    from: "seen.add(message);",
    to: ";",
    why: "whoever is visited once more is left as he is, and no message of the program contains itself: it costs time",
  },
  {
    file: "src/client/link.ts",
    from: "this.#beatSequence = 0;",
    to: ";",
    why: "a heartbeat has one answer at most, and the next one has another number",
  },
  {
    file: "src/core/wire/control.ts",
    from: "return target.slice(0, writeFrame(target, 0, header, payload, 0, payload.length, lengthEndian));",
    to: "return target.slice(0, writeFrame(0, target, header, payload, 0, payload.length, lengthEndian));",
    why: "it throws while the program is loaded, so there is nothing to hunt in",
  },
  {
    file: "src/core/wire/contract.ts",
    from: 'delivery: other.direction === "toClient" ? other.delivery : rule.delivery,',
    to: 'delivery: other.direction !== "toClient" ? other.delivery : rule.delivery,',
    why: "of all packets that go both ways, which is HELLO alone, both ways are committed",
  },
  {
    file: "src/core/realm/machine.ts",
    from: "if (rules.length === 0) continue;",
    to: "if (rules.length === 1) continue;",
    why: "it leaves out the rules that a feature states of itself, which tests and the simulator ask for: a sound program breaks none, so nothing differs",
  },
  {
    file: "src/core/wire/plain-defaults.ts",
    from: 'if (typeof value !== "object" || value === null || value instanceof Uint8Array) return;',
    to: 'if (typeof value !== "object" || value === null && value instanceof Uint8Array) return;',
    why: "an empty Uint8Array has nothing in it to be visited, and no decoded message has a field of its own that is null",
  },
  {
    file: "src/core/wire/payload.ts",
    from: "recent = message;",
    to: "return; recent = message;",
    why: "the codec forgets the message that it had last, and looks it up: it costs time",
  },
];

/**
 * Logs as tests, what users import as `reprise/testing`: one line plays a journal again, and fails
 * with the event that goes wrong, decoded. It works in any test runner, because it throws.
 *
 *     await expectReplay("test/logs/town", { features });
 */
import type { Feature } from "../core/realm/index.ts";
import { ProgressLine } from "./output.ts";
import { bisect } from "./replay/bisect.ts";
import { openLog } from "./replay/log.ts";
import type { Log } from "./replay/log.ts";
import { givenByOption, otherContracts } from "./replay/other-contracts.ts";
import { Playback } from "./replay/playback.ts";
import { bisectedText } from "./replay/report.ts";
import { Words } from "./replay/words.ts";

export interface ExpectReplayOptions {
  /** What steps the events; when left out, what this build has for the role that wrote the log. */
  readonly features?: readonly Feature[];
  /**
   * `recorded`, when left out: every effect and every state must be the log's. `any`: only
   * invariants must hold and no step may throw, also where one did then. For the log of a bug,
   * whose effects are what is to change.
   */
  readonly outputs?: "recorded" | "any";
  /** The last event; all when left out. */
  readonly until?: number;
}

/** What a replay came to. */
export interface ReplayedLog {
  /** Events in the log, up to `until`. */
  readonly events: number;
  /** Of the whole state at the end, eight hexadecimal digits. */
  readonly digest: string;
  /** Every packet that was sent, in order. */
  readonly sent: readonly SentPacket[];
}

export interface SentPacket {
  /** The event that it was sent for. */
  readonly seq: number;
  /** Whom to; null for one whose session ended in that event. */
  readonly session: number | null;
  /** `contract.entry`, with `.reply` for an answer. */
  readonly name: string;
  /** What it says, by the contract. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * Plays a journal again, with an eye on every invariant.
 *
 * @param path a data folder, a journal's folder, or a segment
 * @throws Error whose message tells the first event that goes wrong; CommandError when there is no
 *   sound journal
 */
export async function expectReplay(
  path: string,
  { features, outputs = "recorded", until }: ExpectReplayOptions = {},
): Promise<ReplayedLog> {
  const progress = new ProgressLine();
  const log = await openLog(path, { features: features ?? null }, progress);
  const order = { until: until ?? null, isFree: outputs === "any" };
  const result = bisect(log, order, progress);
  progress.end();
  if (result.found !== null) {
    const { seq, kind } = result.found;
    const given = givenByOption(features !== undefined);
    // Of a rule that is broken, no other features are the cause.
    const advice = kind === "invariant" ? null : otherContracts(log, seq, given);
    const lines = [`${path} does not replay as it should`, bisectedText(result), advice];
    throw new Error(lines.filter((line) => line !== null).join("\n"));
  }
  return replayed(log, { last: result.toSeq, left: order.isFree ? new Set() : null });
}

function replayed(
  log: Log,
  { last, left }: { readonly last: number; readonly left: ReadonlySet<number> | null },
): ReplayedLog {
  const playback = left === null ? new Playback(log) : new Playback(log, undefined, left);
  const { machine, outbox } = playback;
  const words = new Words(log.features);
  const sent: SentPacket[] = [];
  const first = playback.sequence;
  while (playback.sequence < last) {
    const next = playback.next();
    if (next === null) break;
    playback.step(next);
    for (const effect of outbox.effects) {
      if (effect.kind !== "send") continue;
      const session = machine.state.sessions.ofConnection(effect.connection)?.id ?? null;
      sent.push({ seq: next.sequence, session, ...words.sent(effect) });
    }
  }
  const digest = machine.digest().toString(16).padStart(8, "0");
  return { events: playback.sequence - first, digest, sent };
}

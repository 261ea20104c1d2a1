/** What a load found out, in the machine-readable form of DESIGN §9. */
import type { ClientCounters } from "../client/borders.ts";
import type { Refused } from "../client/refused.ts";
import type { Histogram } from "./histogram.ts";
import type { Tally } from "./tally.ts";

/** Fields may be added, never renamed. */
export interface LoadResult {
  readonly scenario: string;
  /** Asked for. */
  readonly clients: number;
  /** Asked for, from the moment at which all clients were in. */
  readonly seconds: number;
  /** Clients that were in before the first message was sent. */
  readonly connected: number;
  /** Messages that fell due, each with one outcome. */
  readonly sent: number;
  /** Messages that were answered rightly. */
  readonly received: number;
  /** By the code of the refusal, or `WRONG_ECHO`, `SEQUENCE_BROKEN`. */
  readonly errors: Readonly<Record<string, number>>;
  /** Links that broke while the load ran. */
  readonly disconnects: number;
  /** Links that came back. */
  readonly reconnects: number;
  /** Messages a second over all clients; achieved counts right answers. */
  readonly rate: { readonly offered: number; readonly achieved: number };
  /** From the time a message was due to its right answer, milliseconds. */
  readonly latencyMs: Latency;
  /** How much of it was the load tool's own lateness in sending, milliseconds. */
  readonly sendLagMs: Latency;
  /** Frames of both directions with their length; null when there were none. */
  readonly bytesPerPacketMean: number | null;
  /**
   * Of scenarios with a view of a world; null in the others, and where the server's own view could
   * not be had. How many others a player sees at the end: the fewest, and on average; and how many
   * entities were missing in all clients' views, too many, or elsewhere than the server had them.
   */
  readonly seenMin: number | null;
  readonly seenMean: number | null;
  readonly viewMismatches: number | null;
  /** Some of the mismatches, in words; why nothing was compared, where nothing was. */
  readonly viewNotes: readonly string[];
  /** Of one core, user and system, while messages were sent and answered. */
  readonly clientCpuPercent: number;
  /** Why clients did not get in; null when all did. */
  readonly notConnectedBecause: string | null;
}

export interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface Findings {
  readonly scenario: string;
  readonly clients: number;
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly connected: number;
  readonly trouble: Refused | null;
  readonly tally: Tally;
  /** From the first message that could be sent to the last outcome. */
  readonly startedAtMicros: number;
  readonly endedAtMicros: number;
  readonly cpuMicros: number;
  readonly counters: readonly ClientCounters[];
  /** Of the comparison of views; null where there was none. */
  readonly seen?: Seen | null;
  readonly viewNotes?: readonly string[];
}

export interface Seen {
  readonly min: number;
  readonly mean: number;
  readonly mismatches: number;
}

export function resultOf(findings: Findings): LoadResult {
  const { scenario, clients, seconds, connected, trouble, tally, counters } = findings;
  const elapsedMicros = findings.endedAtMicros - findings.startedAtMicros;
  // Answers that came after the end count against the time that they needed.
  const answeringMicros = Math.max(
    seconds * 1_000_000,
    tally.lastAnswerAt - findings.startedAtMicros,
  );
  const sumOf = (pick: (counters: ClientCounters) => number): number =>
    counters.reduce((sum, each) => sum + pick(each), 0);
  const packets = sumOf((each) => each.packetsSent + each.packetsReceived);
  const bytes = sumOf((each) => each.bytesSent + each.bytesReceived);
  return {
    scenario,
    clients,
    seconds,
    connected,
    sent: tally.sent,
    received: tally.received,
    errors: Object.fromEntries(tally.errors),
    disconnects: tally.disconnects,
    reconnects: tally.reconnects,
    rate: {
      offered: rounded(clients * findings.ratePerSecond),
      achieved: rounded((tally.received * 1_000_000) / answeringMicros),
    },
    latencyMs: latencyOf(tally.latency),
    sendLagMs: latencyOf(tally.lag),
    bytesPerPacketMean: packets === 0 ? null : rounded(bytes / packets),
    seenMin: findings.seen?.min ?? null,
    seenMean:
      findings.seen === undefined || findings.seen === null ? null : rounded(findings.seen.mean),
    viewMismatches: findings.seen?.mismatches ?? null,
    viewNotes: findings.viewNotes ?? [],
    clientCpuPercent: elapsedMicros === 0 ? 0 : rounded((100 * findings.cpuMicros) / elapsedMicros),
    notConnectedBecause: connected === clients ? null : whyNot(trouble, sumOf),
  };
}

function whyNot(
  trouble: Refused | null,
  sumOf: (pick: (counters: ClientCounters) => number) => number,
): string {
  if (trouble === null) return "no answer in time";
  const isMute = trouble.code === "CONNECTION_LOST" && sumOf((each) => each.packetsReceived) === 0;
  return isMute ? `${trouble.message}${muteHint}` : trouble.message;
}

/** A server that takes our lengths for others finds frames that are none, and resets the link. */
const muteHint =
  " before any answer; the server may be configured for the other --length-endian, or be no " +
  "Reprise server";

function latencyOf(histogram: Histogram): Latency {
  const ms = (micros: number): number => rounded(micros / 1_000);
  return {
    p50: ms(histogram.percentileMicros(0.5)),
    p95: ms(histogram.percentileMicros(0.95)),
    p99: ms(histogram.percentileMicros(0.99)),
    max: ms(histogram.maxMicros),
  };
}

/** To a thousandth, which is as much as is known. */
const rounded = (value: number): number => Math.round(value * 1_000) / 1_000;

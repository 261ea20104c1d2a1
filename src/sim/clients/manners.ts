/**
 * What is wrong with one connection of a client from its side: how it begins TLS, what its records
 * are like, and how it reads. Decided when the connection is there, each under a key of its own.
 */
import type { RandomStream } from "../../core/kernel/random.ts";
import type { Decision, Decisions } from "../decisions.ts";
import { below, strikes } from "../drawing.ts";
import type { FaultCounters } from "../faults.ts";
import type { HandshakeOptions, NetworkOptions } from "../network/options.ts";
import type { Trickle } from "../network/tcp.ts";
import type { HandshakeFault, wrongRecords } from "../network/tls.ts";

/** How a client gets its transport wrong. */
type Misstep = HandshakeFault | "gone" | "plaintext" | "to-plain";

/** Something in place of a record, so long after the handshake. */
interface RecordFault {
  readonly [name: string]: Decision;
  readonly what: keyof typeof wrongRecords;
  readonly afterMicros: number;
}

export interface Manners {
  readonly misstep: Misstep | null;
  /** What the client computes before its hello. */
  readonly computeMicros: number;
  readonly recordFault: RecordFault | null;
  /** How much goes into one record; null: as much as may. */
  readonly recordBytes: number | null;
  readonly trickle: Trickle | null;
  /** Does not end when the server has ended. */
  readonly lingers: boolean;
}

export interface MannerParts {
  readonly decisions: Decisions;
  readonly faults: FaultCounters;
  readonly handshake: HandshakeOptions;
  readonly network: NetworkOptions;
  readonly security: "tls" | "plain";
}

const slowClientMaxMicros = 8_000_000;
const splitBytesMax = 64;
/** From a modem's to a phone's. */
const trickles: readonly Trickle[] = [
  { windowBytes: 4_096, readBytes: 1_024, everyMicros: 1_000 },
  { windowBytes: 4_096, readBytes: 256, everyMicros: 10_000 },
  { windowBytes: 1_024, readBytes: 128, everyMicros: 10_000 },
  { windowBytes: 1_024, readBytes: 512, everyMicros: 200_000 },
  { windowBytes: 256, readBytes: 16, everyMicros: 5_000 },
  { windowBytes: 256, readBytes: 64, everyMicros: 100_000 },
  { windowBytes: 128, readBytes: 32, everyMicros: 200_000 },
];

/** @param name of the connection */
export function mannersOf(parts: MannerParts, name: string): Manners {
  const { decisions, faults, network, handshake, security } = parts;
  const about = (what: string) => decisions.subject(`network/${name}/${what}`);
  const misstep = misstepOf(parts, name);
  if (misstep !== null) faults.hit(`tls.${misstep}`, name);
  const trickle =
    trickles[about("trickle").seldom(network.tinyWindowPerMillion, trickles.length + 1) - 1] ??
    null;
  if (trickle !== null) faults.hit("peer.trickle", name);
  const lingers = about("lingers").strikes(network.lingerPerMillion);
  const inClear = { misstep, trickle, lingers, computeMicros: 0 };
  if (security === "plain") return { ...inClear, recordFault: null, recordBytes: null };
  const computeMicros = about("slow-client").seldom(
    handshake.slowClientPerMillion,
    slowClientMaxMicros,
  );
  if (computeMicros > 0) faults.hit("tls.slow-client", name);
  const recordBytes = about("split").seldom(handshake.splitPerMillion, splitBytesMax);
  if (recordBytes > 0) faults.hit("tls.split", name);
  const recordFault = about("record").next<RecordFault | null>(null, (random) =>
    drawRecordFault(random, handshake),
  );
  return {
    ...inClear,
    computeMicros,
    recordFault,
    recordBytes: recordBytes > 0 ? recordBytes : null,
  };
}

function misstepOf({ decisions, handshake, security }: MannerParts, name: string): Misstep | null {
  const misstep = decisions
    .subject(`network/${name}/misstep`)
    .next<Misstep | null>(null, (random) => {
      if (security === "plain") {
        return strikes(random, handshake.plaintextPerMillion) ? "to-plain" : null;
      }
      if (strikes(random, handshake.plaintextPerMillion)) return "plaintext";
      if (strikes(random, handshake.silentPerMillion)) return "silent";
      if (strikes(random, handshake.abandonedPerMillion)) return "abandoned";
      return strikes(random, handshake.rejectedPerMillion) ? "rejected" : null;
    });
  if (misstep !== null || security === "plain") return misstep;
  return decisions.subject(`network/${name}/flight`).next<Misstep | null>(null, (random) => {
    if (strikes(random, handshake.unacceptablePerMillion)) return "unacceptable";
    if (strikes(random, handshake.unfinishedPerMillion)) return "unfinished";
    if (strikes(random, handshake.badFinishedPerMillion)) return "bad-finished";
    return strikes(random, handshake.gonePerMillion) ? "gone" : null;
  });
}

function drawRecordFault(random: RandomStream, handshake: HandshakeOptions): RecordFault | null {
  const { alertPerMillion, truncatedPerMillion, oversizedPerMillion } = handshake;
  const afterMicros = below(random, 3_000_000);
  if (strikes(random, alertPerMillion)) return { what: "alert", afterMicros };
  if (strikes(random, truncatedPerMillion)) return { what: "truncated", afterMicros };
  return strikes(random, oversizedPerMillion) ? { what: "oversized", afterMicros } : null;
}

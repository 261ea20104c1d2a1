/**
 * What a run's network and its clients' TLS are like, and how likely each fault of theirs is.
 *
 * Chances are whole numbers out of a million, sizes in bytes, times in microseconds.
 */
import type { RandomStream } from "../../core/kernel/random.ts";
import { rate } from "../drawing.ts";

/** How likely something is, 0..1,000,000. */
type PerMillion = number;

export interface NetworkOptions {
  /** How long a segment travels, one way, when nothing delays it. */
  readonly delayMicros: number;
  readonly delayPerMillion: PerMillion;
  readonly delayMaxMicros: number;
  readonly tailPerMillion: PerMillion;
  readonly tailMaxMicros: number;
  readonly fragmentPerMillion: PerMillion;
  readonly shortWritePerMillion: PerMillion;
  /** Of each write, that the link is reset or goes dead with it. */
  readonly resetPerMillion: PerMillion;
  readonly cutPerMillion: PerMillion;
  /** Of each write, that some bits of one of its bytes arrive flipped. */
  readonly corruptPerMillion: PerMillion;
  /**
   * Of each direction of a link, that it carries so many bytes a second, or 2 to 256 times that.
   */
  readonly slowPathPerMillion: PerMillion;
  readonly slowPathBytes: number;
  /** Of each connection attempt. */
  readonly refusedPerMillion: PerMillion;
  readonly unansweredPerMillion: PerMillion;
  readonly unreachablePerMillion: PerMillion;
  /** Of each connection that is to be accepted, that `accept` fails. */
  readonly acceptFailedPerMillion: PerMillion;
  readonly receiveBufferBytes: number;
  readonly sendBufferBytes: number;
  readonly backlog: number;
  /** How long a kernel repeats what nobody answers. */
  readonly giveUpMicros: number;
  /** Of each connection, that its client has a tiny window and reads a few bytes at a time. */
  readonly tinyWindowPerMillion: PerMillion;
  /** Of each connection, that its client goes on when the server has ended its half. */
  readonly lingerPerMillion: PerMillion;
  /** Of each client that vanishes, that its machine comes back and remembers nothing. */
  readonly rebootPerMillion: PerMillion;
  /** In the run: drawn how many, when, for how long and whom they strike. */
  readonly partitionsMax: number;
  readonly partitionMaxMicros: number;
  readonly swizzlesMax: number;
  readonly floodsMax: number;
  readonly floodConnectionsMax: number;
}

export interface HandshakeOptions {
  /** Of each connection. */
  readonly silentPerMillion: PerMillion;
  readonly plaintextPerMillion: PerMillion;
  readonly abandonedPerMillion: PerMillion;
  readonly rejectedPerMillion: PerMillion;
  readonly slowPerMillion: PerMillion;
  readonly unacceptablePerMillion: PerMillion;
  readonly unfinishedPerMillion: PerMillion;
  readonly badFinishedPerMillion: PerMillion;
  readonly gonePerMillion: PerMillion;
  readonly slowClientPerMillion: PerMillion;
  readonly serverFailedPerMillion: PerMillion;
  /** Of each connection, that the client's records go wrong some time after the handshake. */
  readonly alertPerMillion: PerMillion;
  readonly truncatedPerMillion: PerMillion;
  readonly oversizedPerMillion: PerMillion;
  /** Of each connection, that its client sends records of a few bytes. */
  readonly splitPerMillion: PerMillion;
  /** What the server computes for one handshake. */
  readonly serverMicros: number;
  readonly timeoutMicros: number;
}

/** Linux repeats 15 times, each time after twice as long. */
const patientMicros = 924_600_000;

export const calmNetwork: NetworkOptions = {
  delayMicros: 100,
  delayPerMillion: 0,
  delayMaxMicros: 20_000,
  tailPerMillion: 0,
  tailMaxMicros: 1_200_000,
  fragmentPerMillion: 0,
  shortWritePerMillion: 0,
  resetPerMillion: 0,
  cutPerMillion: 0,
  corruptPerMillion: 0,
  slowPathPerMillion: 0,
  slowPathBytes: 16_000,
  refusedPerMillion: 0,
  unansweredPerMillion: 0,
  unreachablePerMillion: 0,
  acceptFailedPerMillion: 0,
  receiveBufferBytes: 131_072,
  sendBufferBytes: 131_072,
  backlog: 100,
  giveUpMicros: patientMicros,
  tinyWindowPerMillion: 0,
  lingerPerMillion: 0,
  rebootPerMillion: 0,
  partitionsMax: 0,
  partitionMaxMicros: 3_000_000,
  swizzlesMax: 0,
  floodsMax: 0,
  floodConnectionsMax: 50,
};

export const calmHandshake: HandshakeOptions = {
  silentPerMillion: 0,
  plaintextPerMillion: 0,
  abandonedPerMillion: 0,
  rejectedPerMillion: 0,
  slowPerMillion: 0,
  unacceptablePerMillion: 0,
  unfinishedPerMillion: 0,
  badFinishedPerMillion: 0,
  gonePerMillion: 0,
  slowClientPerMillion: 0,
  serverFailedPerMillion: 0,
  alertPerMillion: 0,
  truncatedPerMillion: 0,
  oversizedPerMillion: 0,
  splitPerMillion: 0,
  serverMicros: 650,
  timeoutMicros: 5_000_000,
};

/** @param later draws what the first seeds did not have */
export const drawNetwork = (random: RandomStream, later: RandomStream): NetworkOptions => ({
  delayMicros: random.pick([50, 100, 500, 2_000, 20_000]),
  delayPerMillion: rate(random, 500_000),
  delayMaxMicros: random.pick([5_000, 50_000, 300_000]),
  tailPerMillion: rate(random, 20_000),
  tailMaxMicros: random.pick([600_000, 2_000_000, 6_000_000]),
  fragmentPerMillion: rate(random, 500_000),
  shortWritePerMillion: rate(random, 200_000),
  resetPerMillion: rate(random, 5_000),
  cutPerMillion: rate(random, 2_000),
  refusedPerMillion: rate(random, 100_000),
  unansweredPerMillion: rate(random, 50_000),
  receiveBufferBytes: random.pick([2_048, 16_384, 131_072]),
  sendBufferBytes: random.pick([2_048, 16_384, 131_072]),
  backlog: random.pick([1, 4, 100]),
  corruptPerMillion: rate(later, 10_000),
  slowPathPerMillion: rate(later, 600_000),
  slowPathBytes: later.pick([2_000, 16_000]),
  unreachablePerMillion: rate(later, 100_000),
  acceptFailedPerMillion: rate(later, 100_000),
  giveUpMicros: later.pick([patientMicros, patientMicros, 6_200_000, 1_400_000]),
  tinyWindowPerMillion: rate(later, 200_000),
  lingerPerMillion: rate(later, 300_000),
  rebootPerMillion: rate(later, 1_000_000),
  partitionsMax: later.chance(1, 2) ? 0 : later.between(1, 3),
  partitionMaxMicros: later.pick([300_000, 2_000_000, 8_000_000]),
  swizzlesMax: later.chance(1, 2) ? 0 : later.between(1, 2),
  floodsMax: later.chance(2, 3) ? 0 : later.between(1, 2),
  floodConnectionsMax: later.pick([10, 60]),
});

/** @param later draws what the first seeds did not have */
export const drawHandshake = (random: RandomStream, later: RandomStream): HandshakeOptions => ({
  silentPerMillion: rate(random, 50_000),
  plaintextPerMillion: rate(random, 50_000),
  abandonedPerMillion: rate(random, 50_000),
  rejectedPerMillion: rate(random, 50_000),
  slowPerMillion: rate(random, 100_000),
  serverMicros: 650,
  timeoutMicros: 5_000_000,
  unacceptablePerMillion: rate(later, 50_000),
  unfinishedPerMillion: rate(later, 50_000),
  badFinishedPerMillion: rate(later, 50_000),
  gonePerMillion: rate(later, 50_000),
  slowClientPerMillion: rate(later, 100_000),
  serverFailedPerMillion: rate(later, 50_000),
  alertPerMillion: rate(later, 200_000),
  truncatedPerMillion: rate(later, 200_000),
  oversizedPerMillion: rate(later, 200_000),
  splitPerMillion: rate(later, 200_000),
});

/**
 * Short scripts of what two programs do to one connection, and the story that each of them is told
 * of it. The same script on the real loopback and in the simulator must give the same story.
 *
 * A step takes no time: two steps in a row are two calls in one turn of both programs, so nobody
 * has heard yet of the first when the second is made; the kernels have. `settle` lets everything
 * happen that follows from the steps so far.
 *
 * How much of a flood arrives before something breaks it off depends on the size of the kernels'
 * buffers, which the arms do not share: it is told as `some`.
 */
import type { SocketId } from "../../src/core/contract.ts";
import type { Bytes, ConformanceServer, Peer } from "./arm.ts";

/** What one side does, or `settle`. Numbers are bytes. */
export type Step =
  | "settle"
  | `${"server" | "peer"} write ${number}`
  | `${"server" | "peer"} ${"pause" | "resume" | "reset"}`
  | `server ${"flush"}`
  | `peer ${"end" | "destroy"}`;

/** What each program was told, in its order: `received 10`, `ended`, `closed ECONNRESET`, ... */
export interface Story {
  readonly server: readonly string[];
  readonly peer: readonly string[];
  /**
   * What the server's host knows of what it has written: with each write whether all of it left
   * `at once` or some was `held`, and whenever all has settled, whether it `holds` any or `none`.
   */
  readonly pressure: readonly string[];
  /** What the client's transport knows of that; nothing with a bare peer. */
  readonly peerPressure: readonly string[];
  /** What came was the beginning of what was sent, in both directions. */
  readonly intact: boolean;
}

/** Who plays the peer's part. */
export type Role = "peer" | "client";

/** More than the kernels of the loopback hold between two programs. */
export const floodBytes = 24_000_000;

/**
 * Plays the script over a connection of its own, to its end.
 *
 * @param patienceMs see `ConformanceServer.transmit`
 * @param as who the peer is: a program with a bare socket, or the client library's transport
 */
export async function play(
  server: ConformanceServer,
  script: readonly Step[],
  { patienceMs = 0, as = "peer" }: { readonly patienceMs?: number; readonly as?: Role } = {},
): Promise<Story> {
  const before = server.host.sockets.length;
  const peer = as === "client" ? server.client() : server.connect();
  await server.until("a connection", () => server.host.sockets.length > before && peer.opened);
  const socket = server.host.sockets[before];
  if (socket === undefined) throw new Error("no socket was opened");
  const { host } = server;
  const stage: Stage = { server, peer, socket, toServer: 0, toPeer: 0, held: 0, pressure: [] };
  for (const step of ["settle" as const, ...script, "settle" as const]) {
    if (step === "settle") {
      await server.settle();
      if (patienceMs > 0) {
        server.transmit(patienceMs);
        await server.settle();
      }
      if (stage.toPeer > 0) stage.pressure.push(holds(stage) ? "holds" : "none");
    } else {
      perform(step, stage);
      server.transmit(patienceMs);
    }
  }
  const { toServer, toPeer, pressure } = stage;
  const received = host.received.get(socket);
  const story = {
    server: told(host.story(socket), toServer),
    peer: told(merged(peer.told), toPeer),
    pressure,
    peerPressure: [...(peer.pressure ?? [])],
    intact: received !== undefined && isBeginning(received) && isBeginning(peer.received),
  };
  peer.destroy();
  host.syscalls.closeSocket(socket, "reset");
  return story;
}

/**
 * The story as the simulated arm tells it, and as the real one does. A busy machine may tell one of
 * its own: what one system call sends may arrive only after the next one. So a story that differs
 * is told again, with ever more time between two steps; a difference is one that comes each time.
 */
export async function playOnBoth(
  { simulated, real }: { readonly simulated: ConformanceServer; readonly real: ConformanceServer },
  script: readonly Step[],
  as: Role = "peer",
): Promise<{ readonly simulated: Story; readonly real: Story }> {
  const story = await play(simulated, script, { as });
  let other: Story | null = null;
  for (const patienceMs of patiencesMs) {
    other = await play(real, script, { as, patienceMs });
    if (JSON.stringify(other) === JSON.stringify(story)) break;
  }
  if (other === null) throw new Error("the real story was never told");
  return { simulated: story, real: other };
}

const patiencesMs = [0, 2, 10, 30, 100] as const;

/** Chunks in a row are one: how bytes are cut is nobody's promise. */
export function merged(words: readonly (string | number)[]): string[] {
  const fewer: (string | number)[] = [];
  for (const word of words) {
    const last = fewer.at(-1);
    if (typeof word === "number" && typeof last === "number") fewer[fewer.length - 1] = last + word;
    else fewer.push(word);
  }
  return fewer.map((word) => (typeof word === "number" ? `received ${String(word)}` : word));
}

interface Stage {
  readonly server: ConformanceServer;
  readonly peer: Peer;
  readonly socket: SocketId;
  /** Written so far, bytes. */
  toServer: number;
  toPeer: number;
  /** What the last write of the server's said is unsent. */
  held: number;
  readonly pressure: string[];
}

function perform(step: Step, stage: Stage): void {
  const { peer, socket, server } = stage;
  const { host } = server;
  const [who, order, count] = step.split(" ");
  const length = Number(count ?? 0);
  if (who === "peer") {
    if (order === "write") {
      peer.write(pattern(stage.toServer, length));
      stage.toServer += length;
    }
    if (order === "pause") peer.pause();
    if (order === "resume") peer.resume();
    if (order === "end") peer.end();
    if (order === "destroy") peer.destroy();
    if (order === "reset") peer.reset();
    return;
  }
  if (order === "write") {
    host.forgetDrained();
    stage.held = host.syscalls.write(socket, pattern(stage.toPeer, length));
    stage.toPeer += length;
    stage.pressure.push(stage.held === 0 ? "at once" : "held");
  }
  if (order === "pause") host.syscalls.pauseReading(socket);
  if (order === "resume") host.syscalls.resumeReading(socket);
  if (order === "flush") host.syscalls.closeSocket(socket, "flush");
  if (order === "reset") host.syscalls.closeSocket(socket, "reset");
}

const holds = ({ server, socket, held }: Stage): boolean =>
  (server.host.unsentOf(socket) ?? held) > 0;

/**
 * Hides how much came of a flood that did not come as a whole, and what a TLS stream of Node's that
 * is reset below tells behind its `close`: nobody listens to a stream that is closed.
 */
function told(words: readonly string[], sent: number): readonly string[] {
  const last = words.findIndex((word) => word.startsWith("closed"));
  const until = last < 0 ? words : words.slice(0, last + 1);
  if (sent < floodBytes) return until;
  return until.map((word) =>
    word.startsWith("received") && word !== `received ${String(sent)}` ? "received some" : word,
  );
}

/** Of no common measure with any buffer. */
const periodBytes = 1_000_003;
const period = Uint8Array.from({ length: periodBytes }, (_, at) => (at * 7 + (at >> 8)) % 251);

/** What belongs at this place of a stream, so long. */
function pattern(from: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const begin = (from + at) % periodBytes;
    const part = period.subarray(begin, begin + length - at);
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function isBeginning(received: Bytes): boolean {
  return Buffer.compare(received.all(), pattern(0, received.length)) === 0;
}

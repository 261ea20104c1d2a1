/**
 * Short scripts of what two programs do to one connection, and the story that each of them is told
 * of it. The same script on the real loopback and in the simulator must give the same story.
 *
 * A step takes no time: two steps in a row are two calls in one turn of both programs, so nobody
 * has heard yet of the first when the second is made; the kernels have. `settle` lets everything
 * happen that follows from the steps so far.
 */
import type { SocketId } from "../../src/core/contract.ts";
import type { ConformanceServer, Peer } from "./arm.ts";

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
}

/** Plays the script over a connection of its own, to its end. */
export async function play(server: ConformanceServer, script: readonly Step[]): Promise<Story> {
  const before = server.host.sockets.length;
  const peer = server.connect();
  await server.until("a connection", () => server.host.sockets.length > before && peer.opened);
  const socket = server.host.sockets[before];
  if (socket === undefined) throw new Error("no socket was opened");
  for (const step of ["settle" as const, ...script, "settle" as const]) {
    if (step === "settle") await server.settle();
    else {
      perform(step, { server, peer, socket });
      server.transmit();
    }
  }
  const story = { server: server.host.story(socket), peer: merged(peer.told) };
  peer.destroy();
  server.host.syscalls.closeSocket(socket, "reset");
  return story;
}

/** Chunks in a row are one: how bytes are cut is nobody's promise. */
export function merged(told: readonly (string | number)[]): string[] {
  const words: (string | number)[] = [];
  for (const word of told) {
    const last = words.at(-1);
    if (typeof word === "number" && typeof last === "number") words[words.length - 1] = last + word;
    else words.push(word);
  }
  return words.map((word) => (typeof word === "number" ? `received ${String(word)}` : word));
}

interface Stage {
  readonly server: ConformanceServer;
  readonly peer: Peer;
  readonly socket: SocketId;
}

function perform(step: Step, { server, peer, socket }: Stage): void {
  const { syscalls } = server.host;
  const [who, order, count] = step.split(" ");
  const bytes = new Uint8Array(Number(count ?? 0));
  if (who === "peer") {
    if (order === "write") peer.write(bytes);
    if (order === "pause") peer.pause();
    if (order === "resume") peer.resume();
    if (order === "end") peer.end();
    if (order === "destroy") peer.destroy();
    if (order === "reset") peer.reset();
    return;
  }
  if (order === "write") syscalls.write(socket, bytes);
  if (order === "pause") syscalls.pauseReading(socket);
  if (order === "resume") syscalls.resumeReading(socket);
  if (order === "flush") syscalls.closeSocket(socket, "flush");
  if (order === "reset") syscalls.closeSocket(socket, "reset");
}

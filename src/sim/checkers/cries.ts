/**
 * [SYNC-07] What is told to those who see a place is told to exactly those: each viewer of whose
 * rectangle of cells the place's cell was a part when a tick told him last, and nobody else. Whom a
 * tick has not told yet sees nothing.
 *
 * And what is told to a player is told once, to the session that is his.
 *
 * Judged by the cries of `crier.ts`, in steps of one tick that end nobody's stay: that takes the
 * cries first and tells viewers then.
 */
import { worldContract } from "../../core/features/contracts.ts";
import type { ConnectionId } from "../../core/kernel/ids.ts";
import { toSafeNumber } from "../../core/wire/index.ts";
import { crierContract } from "../crier.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step, StepSend } from "./checker.ts";
import { playersViewName, readPlayersView } from "./players-view.ts";
import type { PlayersView } from "./players-view.ts";
import { readPayload } from "./replies.ts";

const { enter } = worldContract.entries;
const { counted, cry, heard } = crierContract.entries;

/** Packets that it reads. */
export const cryPackets = [enter.replyType, cry.replyType, heard.type, counted.type] as const;

interface Cry {
  readonly number: number;
  readonly x: number;
  readonly z: number;
}

export class CriesChecker implements Checker {
  readonly name = "cries";
  readonly missesEncore = true;
  /** Nobody is connected when a process begins. */
  readonly missesReplays = true;
  /** Counts viewers who were looked for among those who heard a cry. */
  checked = 0;
  readonly #entityOf = new Map<ConnectionId, number>();
  /** As the last tick left it; null when nobody looked. */
  #before: PlayersView | null = null;

  processStarted(): void {
    this.#entityOf.clear();
    this.#before = null;
  }

  /** The tick behind which somebody looked is not the last one any more. */
  machineCreated(): void {
    this.#before = null;
  }

  restored(): void {
    this.#before = null;
  }

  stepped({ sends, closes, event, counts, machine }: Step): void {
    for (const send of sends) {
      if (send.type === enter.replyType && send.payload !== null) this.#entered(send, send.payload);
    }
    const leaves = closes.length > 0 || event.type === "connection.closed";
    for (const { connection } of closes) this.#entityOf.delete(connection);
    if (event.type === "connection.closed") this.#entityOf.delete(event.connection);
    for (const send of sends) if (send.type === cry.replyType) this.#counted(send, sends);
    const ticks = counts.get("ticks_total") ?? 0;
    if (ticks === 0 || !machine.views.includes(playersViewName)) return;
    const now = readPlayersView(machine.view(playersViewName));
    if (this.#before !== null && ticks === 1 && !leaves) this.#judge(sends, this.#before, now);
    this.#before = now;
  }

  #entered({ connection }: StepSend, payload: Uint8Array): void {
    const answer = readPayload(enter.reply, payload);
    if (answer?.success === true) {
      this.#entityOf.set(connection, toSafeNumber(answer.entityId ?? 0) ?? 0);
    }
  }

  #counted(reply: StepSend, sends: readonly StepSend[]): void {
    const { number } = cryOf(reply);
    const told = sends.filter(
      (send) => send.type === counted.type && cryOf(send).number === number,
    );
    if (told.length === 1 && told[0]?.connection === reply.connection) return;
    const detail = `cry ${String(number)} was told ${String(told.length)} times`;
    throw new CheckFailure(this.name, "a player is told where he is", detail);
  }

  #judge(sends: readonly StepSend[], before: PlayersView, now: PlayersView): void {
    const heardBy = new Map<number, Set<number>>();
    for (const send of sends) {
      if (send.type !== heard.type) continue;
      const { number } = cryOf(send);
      const entity = this.#entityOf.get(send.connection) ?? -1;
      heardBy.set(number, (heardBy.get(number) ?? new Set()).add(entity));
    }
    for (const send of sends) {
      if (send.type === cry.replyType) this.#compare(cryOf(send), heardBy, before, now);
    }
  }

  #compare(
    { number, x, z }: Cry,
    heardBy: ReadonlyMap<number, ReadonlySet<number>>,
    { viewers, ...ground }: PlayersView,
    now: PlayersView,
  ): void {
    const heardIt = heardBy.get(number) ?? new Set();
    const column = cellOf(x, ground);
    const line = cellOf(z, ground);
    for (const { id } of now.entities) {
      const viewer = viewers.find((one) => one.id === id);
      const sees =
        viewer !== undefined &&
        viewer.x0 <= column &&
        viewer.x1 >= column &&
        viewer.z0 <= line &&
        viewer.z1 >= line;
      this.checked += 1;
      if (sees === heardIt.has(id)) continue;
      const detail = `entity ${String(id)} and cry ${String(number)}`;
      const rule = sees ? "who sees a place hears what is told there" : "nobody else hears it";
      throw new CheckFailure(this.name, rule, detail);
    }
  }
}

function cryOf({ payload }: StepSend): Cry {
  const message = readPayload(heard.message, payload);
  const { x, z } = message?.position ?? {};
  return { number: message?.sequenceNumber ?? 0, x: x ?? 0, z: z ?? 0 };
}

/** Along a side, from the corner of the least coordinates. */
const cellOf = (at: number, { size, cell, cells }: Omit<PlayersView, "viewers">): number =>
  Math.min(cells - 1, Math.max(0, Math.floor((at + size / 2) / cell)));

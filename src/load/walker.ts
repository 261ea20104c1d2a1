/**
 * A player that walks, and what becomes of each of its moves.
 *
 * W1. Every move has one outcome: acknowledged by an update of the world, or an error of some kind.
 * W2. A move is acknowledged by the first update whose `input_sequence` reaches it. That update
 *     also says where the server has the walker: elsewhere than it went is an error, CORRECTED.
 */
import type { Micros } from "../core/kernel/ids.ts";
import { RandomStream } from "../core/kernel/random.ts";
import type { Position } from "../core/wire/index.ts";
import type { Refused } from "../client/refused.ts";
import { Player } from "./player.ts";
import type { PlayerOptions } from "./player.ts";
import { stand, stepOf, walkFrom } from "./steps.ts";
import type { Pace, Walk } from "./steps.ts";
import type { Tally } from "./tally.ts";

/** A move that the server has not judged yet. */
interface Sent {
  readonly sequence: number;
  /** When it was due, and when it left, microseconds. */
  readonly dueAt: number;
  readonly sentAt: Micros;
  readonly position: Position;
}

export interface WalkerEvents {
  /** In the world for the first time, or again. */
  entered(): void;
  lost(refused: Refused): void;
  failed(refused: Refused, isEnd: boolean): void;
}

export class Walker {
  readonly player: Player;
  readonly name: string;
  readonly #tally: Tally;
  readonly #random: RandomStream;
  readonly #requestTimeoutMs: number;
  #walk: Walk | null = null;
  #sequence = 0;
  #sent: Sent[] = [];

  constructor(options: PlayerOptions, tally: Tally, events: WalkerEvents) {
    this.name = options.username;
    this.#tally = tally;
    this.#requestTimeoutMs = options.requestTimeoutMs;
    this.#random = RandomStream.named(options.seed, `${options.name} walk`);
    this.player = new Player(options, {
      entered: (spawn) => {
        this.#sequence = 0;
        this.#walk = walkFrom(spawn, this.#random);
        events.entered();
      },
      updated: (at) => this.#acknowledge(at),
      lost: (refused) => {
        this.#failAll("CONNECTION_LOST");
        events.lost(refused);
      },
      failed: (refused, isEnd) => events.failed(refused, isEnd),
      refused: (refused) => tally.noticed(refused.code),
    });
  }

  /**
   * Makes a step.
   *
   * @param pace null: stands still from here on
   */
  step(dueAt: number, at: Micros, pace: Pace | null): void {
    this.#tally.sent += 1;
    this.#tally.lag.record(Math.max(0, at - dueAt));
    const walk = this.#walk;
    if (walk === null || !this.player.isInWorld) return this.#tally.failed("CONNECTION_LOST");
    const { position, velocity } = pace === null ? stand(walk) : stepOf(walk, pace, this.#random);
    this.#sequence += 1;
    if (!this.player.move(this.#sequence, position, velocity)) {
      return this.#tally.failed("QUEUE_FULL");
    }
    this.#sent.push({ sequence: this.#sequence, dueAt, sentAt: at, position });
  }

  /** Does what is due, and gives up moves that the server does not answer. */
  tend(at: Micros): void {
    this.player.tend(at);
    const since = at - this.#requestTimeoutMs * 1_000;
    while ((this.#sent[0]?.sentAt ?? Infinity) < since) {
      this.#sent.shift();
      this.#tally.failed("REQUEST_TIMEOUT");
    }
  }

  #acknowledge(at: Micros): void {
    const { inputSequence, self } = this.player.view;
    const count = this.#sent.findIndex(({ sequence }) => sequence > inputSequence);
    const acknowledged = this.#sent.splice(0, count === -1 ? this.#sent.length : count);
    for (const { sequence, dueAt, position } of acknowledged) {
      // Only of the last one is it known where it has led.
      const isLast = sequence === inputSequence;
      if (isLast && self !== null && !isSame(self.position, position)) {
        this.#tally.failed("CORRECTED");
        if (this.#walk !== null) Object.assign(this.#walk, self.position);
      } else this.#tally.answered(dueAt, at);
    }
  }

  #failAll(kind: string): void {
    for (const _ of this.#sent) this.#tally.failed(kind);
    this.#sent = [];
  }
}

const isSame = (one: Position, other: Position): boolean =>
  one.x === other.x && one.y === other.y && one.z === other.z;

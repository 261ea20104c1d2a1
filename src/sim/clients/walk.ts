/**
 * A traveller's part in the world: what it sees of it, where it believes to be, and the movements
 * that it sends. Honest movements keep the speed limit by the traveller's own clock.
 */
import { Prediction } from "../../client/prediction.ts";
import { WorldView } from "../../client/world-view.ts";
import type { WorldUpdate } from "../../client/world-view.ts";
import { invariant } from "../../core/kernel/assert.ts";
import type { RandomStream } from "../../core/kernel/random.ts";
import type { worldContract } from "../../core/features/contracts.ts";
import { fromBigint, toSafeNumber } from "../../core/wire/index.ts";
import type { Decoded, Long, Position } from "../../core/wire/index.ts";
import type { PlayersOptions } from "../options.ts";
import type { Cheat } from "./script.ts";

/** A movement as it is sent. */
interface Move {
  readonly entityId?: number | Long;
  readonly position: Position;
  readonly velocity: Position;
  readonly rotation?: Position;
  readonly sequenceNumber: number;
}

type EntryAnswer = Decoded<typeof worldContract.entries.enter.reply>;

/** Servers give no number that a double does not hold: this is the first of those. */
const nobodys = fromBigint(1n << 53n);

/** From the edge of the world. */
const marginM = 0.5;

export class Walk {
  readonly view = new WorldView();
  readonly #options: PlayersOptions;
  readonly #send: (move: Move) => void;
  readonly #random: RandomStream;
  readonly #looksAbout: boolean;
  #prediction: Prediction<Position, Position> | null = null;
  #heading: Position = still;
  /** That the view was given. */
  updates = 0;
  /** Since it last told where it is. */
  #stillSteps = 0;

  /** @param random draws where it looks, and nothing else */
  constructor(options: PlayersOptions, random: RandomStream, send: (move: Move) => void) {
    this.#options = options;
    this.#random = random;
    this.#looksAbout = random.chance(options.turningPerMillion, 1_000_000);
    this.#send = send;
  }

  get predicted(): Position | null {
    return this.#prediction?.state ?? null;
  }

  /** Inputs that the server has not judged. */
  get unjudged(): number {
    return this.#prediction?.pending ?? 0;
  }

  /** It asks to be let in. */
  begin(): void {
    this.view.begin();
    this.#prediction = null;
  }

  entered({ entityId, spawnPosition }: EntryAnswer): void {
    const { x, y, z } = spawnPosition ?? {};
    this.view.entered(toSafeNumber(entityId ?? 0) ?? 0);
    this.#prediction = new Prediction({ state: { x: x ?? 0, y: y ?? 0, z: z ?? 0 }, step: moved });
    invariant(this.#prediction.sequence === 0, "inputs are counted from 1");
    this.#reconcile();
  }

  /** It is not in the world any more. */
  end(): void {
    this.#prediction = null;
  }

  saw(update: WorldUpdate): void {
    this.updates += 1;
    this.view.apply(update);
    this.#reconcile();
  }

  /** @param x millionths of the greatest speed; `z` likewise */
  turn(x: number, z: number): void {
    const speed = this.#options.speedMaxMmPerS / 1_000;
    this.#heading = { x: (x * speed) / 1_000_000, y: 0, z: (z * speed) / 1_000_000 };
  }

  step(): void {
    const prediction = this.#prediction;
    if (prediction === null) return;
    const { x, z } = this.#heading;
    const isStill = x === 0 && z === 0;
    this.#stillSteps = isStill ? this.#stillSteps + 1 : 0;
    // Where it stands is told again until it is heard, with time for the answer in between.
    const isTime = this.#stillSteps * this.#options.stepMicros >= 1_000_000;
    if (isStill && (prediction.pending === 0 || !isTime)) return;
    this.#stillSteps = 0;
    const seconds = this.#options.stepMicros / 1_000_000;
    const edge = this.#options.sizeM / 2 - marginM;
    const at = prediction.state;
    const to = { x: clamped(at.x + x * seconds, edge), y: 0, z: clamped(at.z + z * seconds, edge) };
    this.#act({ x: to.x - at.x, y: 0, z: to.z - at.z }, this.#heading);
  }

  /** @returns false when there is no occasion */
  cheat(cheat: Cheat, random: RandomStream): boolean {
    const prediction = this.#prediction;
    if (prediction === null) return false;
    const { sizeM, speedMaxMmPerS } = this.#options;
    const speed = speedMaxMmPerS / 1_000;
    switch (cheat) {
      case "too-fast":
        // Twice what could be saved up, and then some.
        return this.#act({ x: (speed * this.#options.allowanceMs) / 400 + 1, y: 0, z: 0 }, still);
      case "teleport":
        return this.#act({ x: random.below(sizeM) - sizeM / 2, y: 0, z: sizeM / 3 }, still);
      case "out-of-bounds":
        return this.#act({ x: 0, y: 0, z: sizeM * 2 }, still);
      case "not-a-number":
        this.#send({ position: { x: NaN, y: 0, z: 0 }, velocity: still, sequenceNumber: 2 ** 31 });
        return true;
      case "stale":
        if (prediction.sequence === 0) return false;
        this.#send({
          position: { x: 1, y: 0, z: 1 },
          velocity: still,
          sequenceNumber: random.below(prediction.sequence) + 1,
        });
        return true;
      case "other-entity": {
        const others = [...this.view.entities.values()].filter(({ id }) => id !== this.view.own);
        const [other] = others;
        // Where it sees nobody it names one whom no server has.
        const { id, position } = other ?? { id: nobodys, position: prediction.state };
        const to = { ...position, x: position.x + 0.1 };
        this.#send({ entityId: id, position: to, velocity: still, sequenceNumber: 2 ** 31 });
        return true;
      }
      default:
        return false;
    }
  }

  #act(by: Position, velocity: Position): boolean {
    const prediction = this.#prediction;
    const sequence = prediction?.act(by) ?? null;
    if (prediction === null || sequence === null) return false;
    const move = { position: prediction.state, velocity, sequenceNumber: sequence };
    this.#send(this.#looksAbout ? { ...move, rotation: this.#look() } : move);
    return true;
  }

  /** Up, down and around; upright. */
  #look(): Position {
    return { x: this.#random.between(-90, 90), y: this.#random.below(360), z: 0 };
  }

  #reconcile(): void {
    const { self, inputSequence } = this.view;
    if (self !== null) this.#prediction?.reconcile(self.position, inputSequence);
  }
}

const still: Position = { x: 0, y: 0, z: 0 };

/** As the wire has it: the server computes with the same bits. */
const moved = (at: Position, by: Position): Position => ({
  x: Math.fround(at.x + by.x),
  y: Math.fround(at.y + by.y),
  z: Math.fround(at.z + by.z),
});

const clamped = (at: number, edge: number): number => Math.max(-edge, Math.min(edge, at));

/** What is being watched: where its scenes come from, and what is said of them. */
import type { Caption } from "./frame.ts";
import type { Order } from "./keys.ts";
import type { LogPlayer } from "./log-player.ts";
import type { Scene } from "./scene.ts";

/** Without the line of keys, which depends on who looks. */
export type Title = Omit<Caption, "keys">;

const nobody: Scene = {
  tick: 0,
  size: 10_000,
  viewDistance: 100,
  cell: 50,
  cells: 200,
  entities: [],
  viewers: [],
};

/** A running server. When it goes, its last scene stays, until one runs again. */
export class LiveShow {
  readonly #name: string;
  #scene = nobody;
  #seenAt: Date | null = null;
  #trouble: string | null = null;

  /** @param name the data folder */
  constructor(name: string) {
    this.#name = name;
  }

  get scene(): Scene {
    return this.#scene;
  }

  /** Takes a new scene. @throws what `ask` throws, the first time only */
  async look(ask: () => Promise<Scene>): Promise<void> {
    try {
      this.#scene = await ask();
      this.#seenAt = new Date();
      this.#trouble = null;
    } catch (error) {
      if (this.#seenAt === null) throw error;
      this.#trouble = error instanceof Error ? error.message : String(error);
    }
  }

  caption(): Title {
    const time = this.#seenAt?.toISOString().slice(11, 19) ?? "";
    const moment = this.#trouble === null ? `${time} UTC` : `${time} UTC  gone: ${this.#trouble}`;
    return { title: `live ${this.#name}`, moment };
  }
}

const speedMin = 1 / 64;
const speedMax = 1_024;
/** How much of a second may go into playing before the screen and the keys have their turn. */
const workMs = 40;

/** A log that plays by itself until it is stopped, or at its end. */
export class LogShow {
  readonly #player: LogPlayer;
  readonly #name: string;
  #scene: Scene;
  #speed = 1;
  #isPlaying = true;
  /** The moment that is wanted; the player's own lags behind while it works. */
  #wanted: number;
  #isThere = false;

  constructor(player: LogPlayer, name: string) {
    this.#player = player;
    this.#name = name;
    this.#scene = player.scene();
    this.#wanted = player.at;
  }

  get scene(): Scene {
    return this.#scene;
  }

  /** Goes the whole way to where the player was sent, however long it takes. */
  settle(): void {
    while (!this.#player.work(1_000));
    this.#wanted = this.#player.at;
    this.#scene = this.#player.scene();
    this.#isThere = true;
  }

  /** Lets so much time pass. Where playing is slower than that, the time waits for it. */
  pass(ms: number): void {
    const player = this.#player;
    if (this.#isPlaying && this.#isThere && this.#wanted < player.lastAt) {
      this.#wanted = Math.min(player.lastAt, this.#wanted + ms * 1_000 * this.#speed);
      player.seek(this.#wanted);
    }
    const before = this.#isThere ? player.at : null;
    this.#isThere = player.work(workMs);
    if (player.at !== before) this.#scene = player.scene();
  }

  order(order: Order): void {
    const player = this.#player;
    if (order.type === "pause") this.#isPlaying = !this.#isPlaying;
    else if (order.type === "faster") {
      this.#speed = Math.min(speedMax, Math.max(speedMin, this.#speed * order.by));
    } else if (order.type === "skip") this.#goto(this.#wanted + order.seconds * 1_000_000);
    else if (order.type === "goto") {
      this.#goto(order.end === "first" ? player.firstAt : player.lastAt);
    }
  }

  caption(): Title {
    const { firstAt, lastAt, trouble, at } = this.#player;
    const date = new Date(Math.floor(at / 1_000)).toISOString();
    const time = `${date.slice(0, 10)} ${date.slice(11, 21)} UTC`;
    const share = `${clock(at - firstAt)} of ${clock(lastAt - firstAt)}`;
    const speed = this.#speed === 1 ? "" : ` x${Number(this.#speed.toPrecision(3))}`;
    let doing = this.#isPlaying ? `playing${speed}` : `stopped${speed}`;
    if (!this.#isThere) doing = "on its way";
    else if (at >= lastAt) doing = "the end";
    return { title: this.#name, moment: `${time}  ${share}  ${trouble ?? doing}` };
  }

  #goto(at: number): void {
    const { firstAt, lastAt } = this.#player;
    this.#wanted = Math.min(lastAt, Math.max(firstAt, at));
    this.#player.seek(this.#wanted);
    this.#isThere = false;
  }
}

/** Microseconds as minutes, seconds and tenths. */
function clock(micros: number): string {
  const tenths = Math.floor(micros / 100_000);
  const minutes = Math.floor(tenths / 600);
  const seconds = ((tenths % 600) / 10).toFixed(1).padStart(4, "0");
  return `${minutes}:${seconds}`;
}

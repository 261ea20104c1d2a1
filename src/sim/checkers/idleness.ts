/**
 * [LOOP-09] A game server rests only while it has nothing to tell: whoever came, moved or left has
 * the next tick asked for, which tells it and counts it. And it rests while it has nothing to tell.
 *
 * Reports to the directory, for which a tick is asked, too, are judged by `reports`.
 */
import { accountContract, worldContract } from "../../core/features/contracts.ts";
import type { ConnectionId } from "../../core/kernel/ids.ts";
import { controlPackets, EnvelopeReader } from "../../core/wire/index.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step } from "./checker.ts";
import { isSuccess } from "./replies.ts";
import { Rewound } from "./rewound.ts";
import { tickMicrosOf } from "./ticks.ts";

interface Register {
  /** 0 in a state that somebody else has left, until the server starts. */
  tickMicros: number;
  /** Who is in the world, and whether a tick has told of it. */
  readonly inWorld: Map<ConnectionId, boolean>;
  /** What the next tick has to tell of whom. */
  readonly news: Map<ConnectionId, "come" | "moved" | "left">;
  /** When something other than time came last, and how many ticks were made since then. */
  since: number;
  ticks: number;
}

/** One for news, and the directory's are asked for by two each. */
const ticksAtOnce = 4;
const ticksPerSecond = 4;

const { logout } = accountContract.entries;
const { enter, move } = worldContract.entries;

export class IdlenessChecker implements Checker {
  readonly name = "idleness";
  readonly missesEncore = true;
  /** Counts steps after which there was something to tell. */
  checked = 0;
  readonly memory = new Rewound(newRegister);
  readonly #envelope = new EnvelopeReader();
  readonly #mayRest: boolean;

  /** @param mayRest no feature wants every tick */
  constructor(mayRest: boolean) {
    this.#mayRest = mayRest;
  }

  stepped(step: Step): void {
    const register = this.memory.now;
    const { event, counts, machine, isReplay } = step;
    if (event.type === "server.started") register.tickMicros = tickMicrosOf(event.config);
    const isTick = counts.has("ticks_total");
    if (isTick) this.#told();
    if (this.#mayRest) this.#count(step);
    this.#look(step, isTick);
    if (register.news.size === 0 || register.tickMicros === 0) return;
    if (!isReplay) this.checked += 1;
    const next = machine.nextTimeout() ?? Infinity;
    if (next <= event.at + register.tickMicros) return;
    const [[connection, what] = []] = register.news;
    const detail = `connection ${String(connection)} has ${String(what)}`;
    throw new CheckFailure(this.name, "whoever rests has nothing to tell", detail);
  }

  #count({ event, counts }: Step): void {
    const register = this.memory.now;
    if (event.type !== "time.reached") {
      register.since = event.at;
      register.ticks = 0;
    }
    register.ticks += counts.get("ticks_total") ?? 0;
    const seconds = (event.at - register.since) / 1e6;
    if (register.ticks <= ticksAtOnce + ticksPerSecond * seconds) return;
    const detail = `${String(register.ticks)} ticks in ${String(seconds)} s`;
    throw new CheckFailure(this.name, "whoever has nothing to tell rests", detail);
  }

  #told(): void {
    const { inWorld, news } = this.memory.now;
    news.clear();
    for (const connection of inWorld.keys()) inWorld.set(connection, true);
  }

  #look({ event, sends, closes }: Step, isTick: boolean): void {
    const { inWorld, news } = this.memory.now;
    for (const { connection } of closes) this.#left(connection, isTick);
    if (event.type === "connection.closed") this.#left(event.connection, isTick);
    let isRefused = false;
    for (const { connection, type, payload } of sends) {
      if (type === controlPackets.error.type) isRefused = true;
      else if (type === logout.replyType && isSuccess(logout.reply, payload)) {
        this.#left(connection, isTick);
      } else if (type === enter.replyType && isSuccess(enter.reply, payload)) {
        inWorld.set(connection, false);
        news.set(connection, "come");
      }
    }
    if (event.type !== "packet.received" || isRefused || !inWorld.has(event.connection)) return;
    const { bytes, start, end, connection } = event;
    if (!this.#envelope.read(bytes, start, end) || this.#envelope.type !== move.type) return;
    news.set(connection, "moved");
  }

  /** Of somebody of whom nobody was told there is nothing to tell. */
  #left(connection: ConnectionId, isTick: boolean): void {
    const { inWorld, news } = this.memory.now;
    const wasTold = inWorld.get(connection);
    if (wasTold === undefined) return;
    inWorld.delete(connection);
    news.delete(connection);
    // Who leaves in a tick's step may have done so before it.
    if (wasTold && !isTick) news.set(connection, "left");
  }
}

const newRegister = (): Register => ({
  tickMicros: 0,
  inWorld: new Map(),
  news: new Map(),
  since: 0,
  ticks: 0,
});

/**
 * [SES-16] A silent session is closed between T and T plus one check, and no session that speaks is
 * closed for silence. The same for the greeting: a link on which no whole packet comes is closed.
 *
 * T is measured in the server's own time, in which it is told of stalls: a server that was not
 * running has not heard anybody. So a stall moves every deadline by its length.
 */
import type { ConnectionId, Micros } from "../../core/kernel/ids.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker, Step, StepClose } from "./checker.ts";
import { Rewound } from "./rewound.ts";

export interface SilenceOptions {
  readonly idleTimeoutMicros: number;
  readonly helloTimeoutMicros: number;
  /**
   * By how much a server's clock may go faster or slower than it should; not at all if left out.
   */
  readonly clockPerMillion?: number;
}

interface Presence {
  readonly connection: ConnectionId;
  openedAt: number;
  heardAt: number;
  /** No whole packet has come. */
  isNew: boolean;
  /** It was told to close. */
  isEnding: boolean;
}

/** A timer of the platform is up to a millisecond late, and the loop takes a moment more. */
const checkMicros = 5_000;

export class SilenceChecker implements Checker {
  readonly name = "silence";
  readonly missesEncore = true;
  /** Counts sessions that were closed for it. */
  checked = 0;
  readonly #options: SilenceOptions;
  /** A step threw, and what was due waits for another machine, until time is told. */
  #isLate = false;
  readonly memory = new Rewound(() => new Map<ConnectionId, Presence>());

  constructor(options: SilenceOptions) {
    this.#options = options;
  }

  processStarted(): void {
    this.#isLate = false;
  }

  machineThrew(): void {
    this.#isLate = true;
  }

  stepped({ event, closes, stallMicros, isReplay }: Step): void {
    switch (event.type) {
      case "connection.opened":
        this.#present.set(event.connection, {
          connection: event.connection,
          openedAt: event.at,
          heardAt: event.at,
          isNew: true,
          isEnding: false,
        });
        break;
      case "connection.closed":
        this.#present.delete(event.connection);
        break;
      case "packet.received":
      case "packet.refused": {
        const presence = this.#present.get(event.connection);
        if (presence === undefined || presence.isEnding) break;
        presence.heardAt = event.at;
        if (event.type === "packet.received") presence.isNew = false;
        break;
      }
      case "server.started":
        // Those who are left from before have no link any more; the next events say so.
        for (const presence of this.#present.values()) presence.isEnding = true;
        break;
      case "host.stalled":
        this.#forgive(event.duration);
        break;
      default:
        break;
    }
    // What a recovery repeats was judged when it happened.
    const stall = isReplay || this.#isLate ? Infinity : stallMicros;
    for (const close of closes) this.#closed(close, event.at, stall);
    if (event.type !== "time.reached") return;
    this.#overdue(event.at);
    if (!isReplay) this.#isLate = false;
  }

  #closed({ connection, code }: StepClose, at: Micros, stallMicros: number): void {
    const presence = this.#present.get(connection);
    if (presence === undefined || presence.isEnding) return;
    presence.isEnding = true;
    const { idleTimeoutMicros, helloTimeoutMicros } = this.#options;
    if (code === "TIMEOUT") {
      this.#inTime("idle", at - presence.heardAt - idleTimeoutMicros, stallMicros);
    } else if (code === "HELLO_TIMEOUT") {
      this.#inTime("greeting", at - presence.openedAt - helloTimeoutMicros, stallMicros);
    }
  }

  /** @param lateMicros how long after its deadline a session was closed; negative: before */
  #inTime(what: string, lateMicros: number, stallMicros: number): void {
    this.checked += 1;
    // A stall is measured in true time, lateness by the server's clock.
    const { clockPerMillion = 0 } = this.#options;
    const stretch = 1.001 + clockPerMillion / 1_000_000;
    if (lateMicros >= 0 && lateMicros <= stretch * (checkMicros + stallMicros)) return;
    throw new CheckFailure(
      this.name,
      `the ${what} deadline of a session is kept to one check`,
      lateMicros < 0
        ? `closed ${String(-lateMicros)} us before it`
        : `closed ${String(lateMicros)} us after it`,
    );
  }

  get #present(): Map<ConnectionId, Presence> {
    return this.memory.now;
  }

  /** After `time.reached` nothing that was due is left. */
  #overdue(at: Micros): void {
    const { idleTimeoutMicros, helloTimeoutMicros } = this.#options;
    for (const presence of this.#present.values()) {
      const { connection, heardAt, openedAt, isNew, isEnding } = presence;
      if (isEnding) continue;
      const isSilent = heardAt + idleTimeoutMicros <= at;
      if (!isSilent && !(isNew && openedAt + helloTimeoutMicros <= at)) continue;
      throw new CheckFailure(
        this.name,
        "a session whose deadline has passed is closed",
        `connection ${String(connection)} is open at ${String(at)}, heard at ${String(heardAt)}`,
      );
    }
  }

  #forgive(durationMicros: number): void {
    for (const presence of this.#present.values()) {
      presence.heardAt += durationMicros;
      presence.openedAt += durationMicros;
    }
  }
}

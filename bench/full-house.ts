/**
 * A server with as many sessions as it lets in, each logged in, and one more at the door.
 *
 *     node bench/full-house.ts [--sessions 5000] [--late 20] [--json]
 *
 * A login server whose cap is so many, with TLS and accounts as in production: the players come
 * sixteen at a time, log in and stay. When all are in, some more come one after the other. At the
 * end everybody logs out, so that each is known to have been served to the last. Servers and
 * players share this machine.
 */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { hashPassword } from "../src/client/account.ts";
import { now } from "../src/client/node.ts";
import { parseTarget } from "../src/client/target.ts";
import { LoginAttempt } from "../src/load/login-attempt.ts";
import { letIn, tendEveryMs } from "../src/load/phases.ts";
import { median, readMetric, startRole } from "./measure.ts";

export interface FullHouseResult {
  /** Logged in and up together. */
  readonly loggedIn: number;
  /** Connections that the server had then. */
  readonly connections: number;
  /** From the first player's coming to the last one's login, seconds. */
  readonly seconds: number;
  /** What those who came too late were told, each code once. */
  readonly told: readonly string[];
  /** From their connecting to their closed link, TLS and greeting included: median and maximum. */
  readonly turnedAwayMs: { readonly median: number; readonly max: number };
  /** Of those who were in: logged out, and were answered. */
  readonly served: number;
}

const letInSeconds = 600;
const goodbyeSeconds = 60;

export async function measureFullHouse(sessions = 5_000, late = 20): Promise<FullHouseResult> {
  const folder = mkdtempSync(join(tmpdir(), "reprise-full-"));
  const settings = ["ports.login=0", "ports.game=0", "metrics.port=0", "log.level=error"];
  const cap = [`host.connectionsMax=${sessions}`];
  const login = await startRole("login", folder, [...settings, ...cap]);
  const game = await startRole("game", folder, settings);
  try {
    const { urls, ports } = login.record;
    const house = new House(urls["login"] ?? "", await hashPassword("a password"));
    return await house.play(sessions, late, () =>
      readMetric(ports["metrics"] ?? 0, "connections_open"),
    );
  } finally {
    for (const { child } of [login, game]) {
      child.kill("SIGTERM");
      if (child.exitCode === null) await once(child, "exit");
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Everybody who comes. */
class House {
  readonly #url: string;
  readonly #passwordHash: string;
  readonly #guests: LoginAttempt[] = [];
  #in = 0;
  #left = 0;
  #failed = 0;

  constructor(url: string, passwordHash: string) {
    this.#url = url;
    this.#passwordHash = passwordHash;
  }

  async play(
    sessions: number,
    late: number,
    connectionsOpen: () => Promise<number>,
  ): Promise<FullHouseResult> {
    const tending = setInterval(() => this.#tend(), tendEveryMs);
    try {
      const from = now();
      await letIn({
        clients: sessions,
        atOnceMax: 16,
        timeoutMs: letInSeconds * 1_000,
        start: (index) => this.#come(index),
        ready: () => this.#in,
        isHopeless: () => this.#failed > 0,
      });
      const seconds = (now() - from) / 1e6;
      const loggedIn = this.#in;
      const connections = await connectionsOpen();
      const latecomers: TurnedAway[] = [];
      while (latecomers.length < late) latecomers.push(await this.#turnedAway(latecomers.length));
      const times = latecomers.map(({ ms }) => ms);
      return {
        loggedIn,
        connections,
        seconds,
        told: [...new Set(latecomers.map(({ told }) => told))],
        turnedAwayMs: { median: median(times), max: Math.max(...times) },
        served: await this.#sayGoodbye(),
      };
    } finally {
      clearInterval(tending);
      await Promise.all(this.#guests.map((guest) => guest.stop()));
    }
  }

  #come(index: number): void {
    const guest = this.#attempt(`guest${index + 1}`, {
      loggedIn: () => (this.#in += 1),
      failed: () => (this.#failed += 1),
      left: () => (this.#left += 1),
    });
    this.#guests.push(guest);
    guest.start();
  }

  async #turnedAway(index: number): Promise<TurnedAway> {
    const from = now();
    const told = await new Promise<string>((resolve) => {
      const guest = this.#attempt(`late${index + 1}`, {
        loggedIn: () => resolve("nothing: it was let in"),
        failed: ({ code }) => resolve(code),
      });
      guest.start();
    });
    return { told, ms: (now() - from) / 1_000 };
  }

  async #sayGoodbye(): Promise<number> {
    for (const guest of this.#guests) guest.leave();
    const deadline = now() + goodbyeSeconds * 1e6;
    while (this.#left + this.#failed < this.#guests.length && now() < deadline) await setTimeout(5);
    return this.#left;
  }

  #tend(): void {
    const at = now();
    for (const guest of this.#guests) guest.tend(at);
  }

  #attempt(
    username: string,
    { loggedIn, failed, left = () => undefined }: GuestEvents,
  ): LoginAttempt {
    const who = { username, passwordHash: this.#passwordHash, device: "", name: username };
    return new LoginAttempt(
      {
        ...who,
        seed: [1, 2, 3, 4],
        target: parseTarget(this.#url, { kind: "nobody" }),
        lengthEndian: "little",
        requestTimeoutMs: 60_000,
      },
      { loggedIn, failed, left },
    );
  }
}

interface TurnedAway {
  readonly told: string;
  readonly ms: number;
}

interface GuestEvents {
  readonly loggedIn: () => void;
  readonly failed: (why: { readonly code: string }) => void;
  readonly left?: () => void;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      sessions: { type: "string", default: "5000" },
      late: { type: "string", default: "20" },
      json: { type: "boolean", default: false },
    },
  });
  const result = await measureFullHouse(Number(values.sessions), Number(values.late));
  const { loggedIn, connections, seconds, told, turnedAwayMs, served } = result;
  process.stdout.write(
    values.json
      ? `${JSON.stringify(result)}\n`
      : `${loggedIn} sessions logged in and up together (${connections} connections), ` +
          `${seconds.toFixed(1)} s\n` +
          `one more: ${told.join(", ")} after ${turnedAwayMs.median.toFixed(1)} ms, ` +
          `at most ${turnedAwayMs.max.toFixed(1)} ms\n` +
          `${served} of them logged out in order\n`,
  );
}

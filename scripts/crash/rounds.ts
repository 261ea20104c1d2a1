/**
 * Crash rounds: a real server under load is killed, started again, and what it has recovered is
 * compared with what its clients were told; again and again, over one journal that grows. After
 * some rounds the outside is compared, too, and a new journal is begun.
 *
 * What must hold: every committed answer that a client saw is in the recovered state; nothing is in
 * it that nobody asked for; every call that was ordered takes effect once, though it was in flight
 * when the process died and was ordered again; and no effect is of a deposit that is not there.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Depositors } from "./depositors.ts";
import { drawRounds } from "./plan.ts";
import type { RoundEnding, RoundPlan } from "./plan.ts";
import { CrashServer } from "./process.ts";
import type { Serving } from "./process.ts";
import { receiptsFile, receiptsIn } from "./receipts.ts";

export interface CrashOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly clients: number;
  /** Of one round's load, milliseconds, at least 100. */
  readonly loadMaxMs: number;
  /** Rounds over one journal. */
  readonly roundsPerJournal: number;
  /** More settings of the server, by their keys. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface CrashRound {
  /** From 1. */
  readonly round: number;
  readonly ending: RoundEnding;
  readonly loadMs: number;
  /** Committed answers that clients saw in it. */
  readonly answered: number;
  /** Deposits in flight when it ended. */
  readonly inFlight: number;
  /** Of the start before it. */
  readonly recoveredEvents: number;
  readonly cutBytes: number;
  /** From the start of the process to the first answer; null when it was killed before one. */
  readonly firstAnswerMs: number | null;
  /** What its start, or anything after it, has shown to be wrong. */
  readonly broken: readonly string[];
  /** Committed answers that its start did not find. */
  readonly lost: number;
}

/** What the outside was asked for, over one journal. */
export interface CrashEffects {
  readonly ordered: number;
  readonly once: number;
  readonly broken: readonly string[];
}

export type CrashNews =
  | { readonly type: "round"; readonly round: CrashRound }
  | { readonly type: "effects"; readonly effects: CrashEffects };

/** @throws Error when a server does not come back at all */
export async function* crashRounds(options: CrashOptions): AsyncIterable<CrashNews> {
  const plans = drawRounds(options.seed, options.rounds, options.loadMaxMs);
  for (let first = 0; first < plans.length; first += options.roundsPerJournal) {
    const folder = mkdtempSync(join(tmpdir(), "reprise-crash-"));
    let isKept = true;
    try {
      const own = plans.slice(first, first + options.roundsPerJournal);
      let isSound = true;
      for await (const news of overOneJournal({ ...options, folder, first, plans: own })) {
        const broken = news.type === "round" ? news.round.broken : news.effects.broken;
        isSound &&= broken.length === 0;
        yield news;
      }
      isKept = !isSound;
    } finally {
      if (isKept) process.stderr.write(`crash: the data folder is kept: ${folder}\n`);
      else rmSync(folder, { recursive: true, force: true });
    }
  }
}

interface Journal extends CrashOptions {
  readonly folder: string;
  /** Rounds before. */
  readonly first: number;
  readonly plans: readonly RoundPlan[];
}

async function* overOneJournal(journal: Journal): AsyncIterable<CrashNews> {
  const clients = new Depositors(journal.clients);
  for (const [index, plan] of journal.plans.entries()) {
    const round = await playRound(journal, plan, clients);
    yield { type: "round", round: { round: journal.first + index + 1, ...round } };
  }
  const server = new CrashServer(settingsOf(journal, null));
  const serving = await server.serving();
  const balances = await balancesOf(serving);
  clients.recovered(new Map(balances.map(({ owner, balance }) => [owner, balance])));
  await allReceived(serving);
  server.order();
  await server.ended();
  const effects = effectsOf(journal.folder, new Map(balances.map((one) => [one.owner, one])));
  const broken = [...effects.broken, ...clients.broken.splice(0)];
  yield { type: "effects", effects: { ...effects, broken } };
}

async function playRound(
  journal: Journal,
  plan: RoundPlan,
  clients: Depositors,
): Promise<Omit<CrashRound, "round">> {
  const settings = settingsOf(journal, plan);
  for (const afterMs of plan.startKillsMs) {
    const dying = new CrashServer(settings);
    await setTimeout(afterMs);
    await dying.kill();
  }
  const server = new CrashServer(settings);
  const serving = await server.serving();
  const balances = await balancesOf(serving);
  const lost = clients.recovered(new Map(balances.map(({ owner, balance }) => [owner, balance])));
  const before = clients.answered;
  const links = clients.begin(serving);
  links.catch(() => undefined); // Killed early, there may be no link.
  // On a busy machine the links alone may take as long as a round.
  if (plan.ending !== "early") await Promise.allSettled([links]);
  await setTimeout(plan.loadMs);
  const { inFlight } = clients;
  await end(server, plan);
  await clients.stop();
  await Promise.allSettled([links]);
  const { firstAnswerAt } = clients;
  return {
    ending: plan.ending,
    loadMs: plan.loadMs,
    answered: clients.answered - before,
    inFlight,
    recoveredEvents: serving.events,
    cutBytes: serving.cutBytes,
    firstAnswerMs: firstAnswerAt === null ? null : firstAnswerAt - server.startedAt,
    broken: clients.broken.splice(0),
    lost,
  };
}

async function end(server: CrashServer, { ending, drainKillMs }: RoundPlan): Promise<void> {
  if (ending !== "drain" && ending !== "orderly") return server.kill();
  server.order();
  if (ending === "orderly") return server.ended();
  await setTimeout(drainKillMs);
  await server.kill();
}

/** @param plan null: as it is when nothing is drawn */
const settingsOf = ({ folder, settings }: Journal, plan: RoundPlan | null) => ({
  role: "game",
  dataDir: folder,
  "ports.game": 0,
  "metrics.port": 0,
  "log.level": "warn",
  "edge.budgetMultiplier": 1_000_000,
  "tls.enabled": plan?.tls ?? false,
  "journal.commitWindowMs": plan?.commitWindowMs ?? 2,
  "journal.segmentBytesMax": 2 * 1_048_576,
  // Often, so that most recoveries begin with what the follower has left.
  "checkpoint.follower": "on",
  "checkpoint.everyEvents": 2_000,
  "checkpoint.everySeconds": 1,
  ...settings,
});

interface Balance {
  readonly owner: string;
  readonly balance: number;
  readonly receipts: number;
}

async function balancesOf({ metricsPort }: Serving): Promise<readonly Balance[]> {
  const url = `http://127.0.0.1:${String(metricsPort)}/views/game/ledger.balances`;
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${String(response.status)} ${await response.text()}`);
  const balances = (await response.json()) as Record<string, Omit<Balance, "owner">>;
  return Object.entries(balances).map(([owner, balance]) => ({ owner, ...balance }));
}

const receiptsMaxMs = 20_000;

/** Waits until every deposit has its receipt, or until that takes too long. */
async function allReceived(serving: Serving): Promise<void> {
  const until = performance.now() + receiptsMaxMs;
  while (performance.now() < until) {
    const balances = await balancesOf(serving);
    if (balances.every(({ balance, receipts }) => receipts === balance)) return;
    await setTimeout(20);
  }
}

function effectsOf(folder: string, balances: ReadonlyMap<string, Balance>): CrashEffects {
  const path = join(folder, receiptsFile);
  const given = new Map<string, number>();
  for (const { owner, number } of receiptsIn(existsSync(path) ? readFileSync(path, "utf8") : "")) {
    const name = `${owner} ${String(number)}`;
    given.set(name, (given.get(name) ?? 0) + 1);
  }
  const broken: string[] = [];
  let ordered = 0;
  let once = 0;
  for (const { owner, balance } of balances.values()) {
    ordered += balance;
    for (let number = 1; number <= balance; number += 1) {
      const name = `${owner} ${String(number)}`;
      const times = given.get(name) ?? 0;
      given.delete(name);
      if (times === 1) once += 1;
      else broken.push(`the receipt of deposit ${name} was given ${String(times)} times`);
    }
  }
  for (const name of given.keys())
    broken.push(`a receipt was given of ${name}, which is not there`);
  return { ordered, once, broken };
}

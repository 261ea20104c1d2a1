/**
 * Upgrades: a few servers whose clients keep accounts on them, while an operator brings one after
 * the other to a build that remembers the accounts in another shape.
 */
import { echoContract, publishedContracts } from "../../core/features/contracts.ts";
import { builtinFeatures } from "../../core/features/index.ts";
import type { PacketType } from "../../core/kernel/ids.ts";
import type { PlainData } from "../../core/kernel/plain.ts";
import { RandomStream } from "../../core/kernel/random.ts";
import { createRealm } from "../../core/realm/index.ts";
import { CallsChecker } from "../checkers/calls.ts";
import { ClocksChecker } from "../checkers/clocks.ts";
import { FramesChecker } from "../checkers/frames.ts";
import { LedgerChecker } from "../checkers/ledger.ts";
import type { ClientScript, PlayerAction } from "../clients/script.ts";
import { coveredServer } from "../coverage.ts";
import { seedWords } from "../decisions.ts";
import { below } from "../drawing.ts";
import { drawUpgradeOptions } from "../swarm.ts";
import type { SimulationOptions, WorkloadOptions } from "../options.ts";
import { livenessOf, serverCheckers } from "../scenario.ts";
import type { Scenario, Workload } from "../scenario.ts";
import type { SiteSpec } from "../site.ts";
import { herald, heraldContract } from "./herald.ts";
import {
  bytesOf,
  firstLedger,
  ledgerContract,
  secondLedger,
  statementContract,
  statements,
} from "./ledger.ts";

/** Nobody reads it, but who keeps any is told what steps count. */
const keeps: ReadonlySet<PacketType> = new Set([ledgerContract.entries.deposit.replyType]);
/** What must be the same in both builds. */
const steadyViews = ["ledger.balances"] as const;

export function upgradeScenario({ workload = drawDepositors }: { workload?: Workload }): Scenario {
  const known = publishedContracts;
  const realm = createRealm({ features: [...builtinFeatures, firstLedger, herald], known });
  const next = [...builtinFeatures, statements, secondLedger, herald];
  const nextRealm = createRealm({ features: next, known });
  // Clients are those of the next build, whatever server they meet.
  const contracts = next.map(({ declaration }) => declaration.contract);
  return {
    name: "upgrade",
    drawOptions: drawUpgradeOptions,
    workload,
    given: [],
    contracts,
    covered: [coveredServer(contracts, { unsaid: [echoContract], rudeIn: [] })],
    stage: ({ options }) => ({
      sites: Array.from({ length: options.upgrade.servers }, (_, index): SiteSpec => ({
        name: `node-${String(index + 1)}`,
        role: "simulated",
        realm,
        nextRealm,
        realmConfig: {},
        contracts,
        address: null,
        performers: { "ledger.receipt": receiptOf },
        keeps,
        makeCheckers: (world) => [
          ...serverCheckers(world, { isReversible: false, steadyViews }),
          new LedgerChecker(world.faults),
          new FramesChecker(),
          new CallsChecker(),
          new ClocksChecker(world),
        ],
      })),
      ...livenessOf(options),
    }),
  };
}

const receiptOf = (request: PlainData): PlainData => {
  const { owner, number } = request as { readonly owner: string; readonly number: number };
  return `receipt ${String(number)} of ${owner}`;
};

/** Clients who come and go, and make deposits, each into an account of its own. */
const drawDepositors: Workload = (seed, { workload, seconds }: SimulationOptions) =>
  Array.from({ length: workload.clients }, (_, index): ClientScript => {
    const name = String(index + 1);
    const random = RandomStream.named(seedWords(seed), `depositors/${name}`);
    const actions = drawVisits(random, name, { workload, seconds });
    return { kind: "player", name, actions: withNews(seed, name, actions) };
  });

/** Now and then somebody has news besides. */
function withNews(seed: number, name: string, actions: readonly TimedAction[]): TimedAction[] {
  const random = RandomStream.named(seedWords(seed), `depositors/news/${name}`);
  const { name: contract } = heraldContract;
  return actions.flatMap((action) => {
    const hasNews = action.type === "request" && random.chance(1, 6);
    const news = { bytes: [...bytesOf(`c${name}${"!".repeat(random.below(2))}`)] };
    return hasNews ? [action, { ...action, contract, key: "announce", message: news }] : [action];
  });
}

type TimedAction = PlayerAction & { readonly atMicros: number };

function drawVisits(
  random: RandomStream,
  name: string,
  { workload, seconds }: { readonly workload: WorkloadOptions; readonly seconds: number },
): TimedAction[] {
  const actions: TimedAction[] = [];
  const accidentPerMille = random.pick([0, 0, 20]);
  const until = seconds * 1_000_000;
  // As it comes out of a plan: JSON has no arrays of bytes.
  const message = { bytes: [...bytesOf(`c${name}`)], remark: {} };
  let at = below(random, Math.floor(until / 10));
  while (at < until) {
    actions.push({ atMicros: at, type: "start" });
    const leaveAt = Math.min(until, at + below(random, workload.stayMaxMicros) + 1);
    for (;;) {
      at += 1 + below(random, 2 * workload.thinkMicros);
      if (at >= leaveAt) break;
      actions.push({ atMicros: at, ...drawAct(random, accidentPerMille, message) });
    }
    if (leaveAt >= until) break;
    actions.push({ atMicros: leaveAt, type: "stop" });
    at = leaveAt + random.below(1_000_000);
  }
  return actions;
}

function drawAct(
  random: RandomStream,
  accidentPerMille: number,
  message: { readonly bytes: readonly number[] },
): PlayerAction {
  if (random.chance(accidentPerMille, 1_000)) {
    return { type: random.pick(["reset", "halfClose", "vanish"] as const) };
  }
  const { name: ledger } = ledgerContract;
  const { name: statement } = statementContract;
  return random.chance(9, 10)
    ? { type: "request", contract: ledger, key: "deposit", message }
    : { type: "request", contract: statement, key: "statement", message };
}

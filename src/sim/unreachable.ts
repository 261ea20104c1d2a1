/**
 * Cells of coverage that no campaign is held to, and why.
 *
 * 1. `unreachable` cannot be met (`never`), and a campaign that does meet one has found a bug, or
 *    that the reason is none; or is no cell of its scenario, and may be met all the same.
 * 2. `seldom` can be met, and was by at most one of 2,000 seeds that nobody had chosen: a rare
 *    fault in a situation that lasts for milliseconds. All others were met by two or more.
 */
import { echoContract, sessionContract } from "../core/features/contracts.ts";

/** Why a cell is not asked for. */
export interface Unreachable {
  readonly never: boolean;
  readonly because: string;
}

interface Rule extends Unreachable {
  readonly faults: RegExp;
  /** Empty: in all of them. */
  readonly scenarios: readonly string[];
  /** Of `packet type/session state`. */
  readonly situations: RegExp;
}

const everywhere = /^/;
const { promptEcho } = echoContract.entries;

export const unreachable: readonly Rule[] = [
  {
    faults: /^cheat\./,
    scenarios: ["echo", "upgrade"],
    situations: everywhere,
    never: true,
    because: "there is nothing to cheat at without a world",
  },
  {
    faults: /^cheat\.(movement|stale-move|other-entity)$/,
    scenarios: ["players"],
    situations: /^-\/(unknown|handshaking)$|\/(connected|authenticated)$/,
    never: true,
    because: "who is not in the world has nothing to move there",
  },
  {
    faults: /^cheat\.wrong-password$/,
    scenarios: ["players"],
    situations: /\/inWorld$/,
    never: true,
    because: "passwords are tried where one logs in, and nobody is in the world there",
  },
  {
    faults: /^call\./,
    scenarios: ["echo"],
    situations: everywhere,
    never: true,
    because: "echoes make no calls",
  },
  {
    faults: /^call\.(late|unheard|crash)$/,
    scenarios: ["upgrade"],
    situations: everywhere,
    never: true,
    because: "a receipt that was made and not heard of is no matter of upgrades",
  },
  {
    faults: /^call\./,
    scenarios: [],
    situations: new RegExp(`^${String(sessionContract.entries.hello.type)}/`),
    never: true,
    because: "a greeting wants no call, and whoever wants one has said more than that",
  },
  {
    faults: /^peer\.(garbage|flood|half-header)$/,
    scenarios: ["upgrade"],
    situations: everywhere,
    never: true,
    because: "the clients of upgrades are all polite",
  },
  {
    faults: /^peer\.slow-reader$/,
    scenarios: ["upgrade"],
    situations: everywhere,
    never: true,
    because: "the clients of upgrades read all the time",
  },
  {
    faults: /^peer\.(garbage|flood|half-header)$/,
    scenarios: ["players"],
    situations: /\/inWorld$/,
    never: false,
    because: "who has a token for a world sends such things there now and then",
  },
  {
    faults: /^peer\.(garbage|flood|half-header)$/,
    scenarios: ["echo"],
    situations: new RegExp(`^${String(promptEcho.type)}/`),
    never: true,
    because: "who sends such things asks for committed echoes only",
  },
  {
    faults: /^(process|disk)\./,
    scenarios: [],
    situations: /^-\/down$/,
    never: true,
    because: "there is no process that it could happen to",
  },
  {
    faults: /^outside\.down$/,
    scenarios: ["echo"],
    situations: everywhere,
    never: true,
    because: "the only server of a run is never left out",
  },
  {
    faults: /^call\./,
    scenarios: ["players"],
    situations: /\/authenticated$|^(2000|2002|other)\/inWorld$/,
    never: false,
    because: "who has asked waits, and says nothing else before the server asks in its turn",
  },
  {
    faults: /^peer\.lingers$/,
    scenarios: [],
    situations: /^-\/handshaking$|\/(connected|authenticated|inWorld)$/,
    never: false,
    because: "the server has ended its half, so it is done with the link",
  },
  {
    faults: everywhere,
    scenarios: [],
    situations: /^other\/authenticated$/,
    never: false,
    because: "cheats leave the login server as soon as they have their token",
  },
];

/** By scenario, a fault each: situations in which fewer than one seed in a thousand meets it. */
const seldom: Readonly<Record<string, readonly string[]>> = {
  echo: [
    "network.window-full 1050/connected",
    "network.reset other/connected",
    "network.cut other/connected",
    "network.reset-unread other/connected",
    "network.timed-out other/connected",
    "network.corrupt other/connected",
    "tls.bad-record other/connected",
    "tls.oversized other/connected",
    "peer.rebooted 1004/connected other/connected",
    "process.crash other/connected",
    "follower.killed -/down",
    "follower.slow -/down other/connected",
    "upgrade.killed -/starting 1004/connected other/connected",
    "outside.cut-off other/connected",
    "disk.sync-failed other/connected",
    "disk.write-failed -/empty other/connected",
    "disk.lost -/starting other/connected",
    "disk.short-write -/empty other/connected",
    "disk.read-failed other/connected",
    "disk.read-only other/connected",
    "disk.rot other/connected",
    "disk.misdirected -/empty other/connected",
    "disk.torn other/connected",
    "disk.reordered -/starting other/connected",
    "disk.entry-lost other/connected",
    "merge.order -/down -/starting",
  ],
  players: [
    "network.delay-tail 1004/authenticated other/inWorld",
    "network.window-full 1000/connected 1000/authenticated 1004/authenticated 1050/connected",
    "network.window-full 1002/inWorld 1004/inWorld 2000/connected 2000/inWorld other/inWorld",
    "network.reset 1004/authenticated 1004/inWorld other/inWorld",
    "network.cut 1004/authenticated 1002/inWorld 1004/inWorld other/inWorld",
    "network.reset-unread 1004/authenticated 1004/inWorld 2000/connected 2000/inWorld",
    "network.reset-unread other/inWorld",
    "network.timed-out other/inWorld",
    "network.corrupt 1004/authenticated other/inWorld",
    "tls.bad-record 1004/authenticated 1004/inWorld other/inWorld",
    "tls.truncated 1000/authenticated 1004/authenticated 1002/inWorld 1004/inWorld",
    "tls.truncated other/inWorld",
    "tls.alert -/gone 1000/authenticated 1004/authenticated 1002/inWorld other/inWorld",
    "tls.oversized 1004/authenticated 1004/inWorld other/inWorld",
    "peer.reset other/inWorld",
    "peer.half-close 1002/inWorld other/inWorld",
    "peer.slow-reader 1004/authenticated other/inWorld",
    "peer.vanished other/inWorld",
    "peer.garbage 1000/authenticated 1004/authenticated",
    "peer.flood 1000/authenticated 1004/authenticated",
    "peer.half-header 1000/connected 1000/authenticated 1004/authenticated",
    "peer.rebooted -/handshaking 1000/authenticated 1004/authenticated other/connected",
    "peer.rebooted 1002/inWorld 1004/inWorld other/inWorld",
    "cheat.movement -/disconnecting 1002/inWorld 1004/inWorld 2000/inWorld other/inWorld",
    "cheat.stale-move -/disconnecting -/gone 1002/inWorld 1004/inWorld 2000/inWorld",
    "cheat.stale-move other/inWorld",
    "cheat.other-entity -/disconnecting -/gone 1002/inWorld 1004/inWorld 2000/inWorld",
    "cheat.other-entity other/inWorld",
    "cheat.early-move -/unknown -/handshaking -/disconnecting -/gone 1000/connected",
    "cheat.early-move 1000/authenticated 1004/authenticated other/connected 1002/inWorld",
    "cheat.early-move 1004/inWorld 2000/connected 2000/inWorld 2002/inWorld other/inWorld",
    "cheat.server-type -/unknown -/handshaking 1004/authenticated 1050/connected 1002/inWorld",
    "cheat.dead-token -/handshaking -/gone 1000/connected 1000/authenticated 1004/connected",
    "cheat.dead-token 1004/authenticated 1050/connected other/connected 1002/inWorld",
    "cheat.dead-token 1004/inWorld other/inWorld",
    "cheat.forged-token 1000/connected 1000/authenticated 1004/authenticated other/connected",
    "cheat.forged-token 1002/inWorld",
    "cheat.wrong-password -/unknown -/handshaking 1000/authenticated 1004/authenticated",
    "cheat.wrong-password 2000/connected",
    "process.crash 1004/authenticated other/inWorld",
    "process.power-loss 1004/authenticated other/inWorld",
    "process.crash-at-event 1004/authenticated other/inWorld",
    "process.pause-uncounted 1004/authenticated other/inWorld",
    "process.drain 1004/authenticated other/inWorld",
    "follower.killed -/down 1004/authenticated other/inWorld",
    "follower.slow -/down 1004/authenticated other/inWorld",
    "upgrade.begun 1004/authenticated other/inWorld",
    "upgrade.killed 1000/authenticated 1004/connected 1004/authenticated 1050/connected",
    "upgrade.killed other/connected 1002/inWorld 1004/inWorld 2000/connected 2000/inWorld",
    "upgrade.killed other/inWorld",
    "outside.cut-off 1000/authenticated 1004/authenticated other/inWorld",
    "outside.down 1000/authenticated 1004/authenticated 1002/inWorld 2000/inWorld other/inWorld",
    "disk.sync-failed 1004/authenticated 1002/inWorld other/inWorld",
    "disk.write-failed 1004/authenticated 1002/inWorld 1004/inWorld other/inWorld",
    "disk.lost 1004/authenticated other/inWorld",
    "disk.short-write 1004/authenticated 1002/inWorld 1004/inWorld 2000/connected 2000/inWorld",
    "disk.short-write other/inWorld",
    "disk.read-failed 1004/authenticated 1004/inWorld other/inWorld",
    "disk.entry-failed 1004/authenticated other/inWorld",
    "disk.stall other/inWorld",
    "disk.full 1004/authenticated other/inWorld",
    "disk.read-only 1004/authenticated other/inWorld",
    "disk.rot 1004/authenticated 1004/inWorld other/inWorld",
    "disk.misread other/inWorld",
    "disk.misdirected -/starting 1004/authenticated 1004/inWorld other/inWorld",
    "disk.torn 1004/authenticated 1002/inWorld 1004/inWorld other/inWorld",
    "disk.reordered -/starting 1004/authenticated 1002/inWorld 1004/inWorld 2000/inWorld",
    "disk.reordered other/inWorld",
    "disk.entry-lost 1004/authenticated other/inWorld",
    "call.slow -/handshaking 1004/inWorld",
    "call.failed -/handshaking",
    "call.duplicate -/handshaking -/disconnecting 1004/inWorld",
    "call.lost -/handshaking -/disconnecting 1004/inWorld",
    "call.late -/handshaking",
    "call.unheard -/handshaking 1004/inWorld",
    "call.cut -/handshaking 1004/inWorld",
    "call.crash -/handshaking -/disconnecting 1004/connected 1004/inWorld",
    "merge.order -/down -/starting",
  ],
  upgrade: [
    "network.window-full -/unknown -/handshaking -/gone 1004/connected 1050/connected",
    "network.cut -/handshaking",
    "network.timed-out -/handshaking",
    "tls.truncated -/handshaking -/disconnecting",
    "tls.oversized -/handshaking",
    "peer.rebooted -/handshaking -/gone 1004/connected",
    "follower.killed -/down",
    "follower.slow -/down",
    "disk.sync-failed -/handshaking",
    "disk.write-failed -/handshaking",
    "disk.short-write -/handshaking 1004/connected",
    "disk.misdirected 1004/connected",
    "disk.reordered -/starting",
    "call.slow -/handshaking",
    "call.failed -/handshaking",
    "call.duplicate -/handshaking",
    "call.lost -/handshaking 1004/connected",
    "call.cut -/handshaking",
    "merge.order -/down -/starting",
  ],
};

/** The same by cell: what can be met, and seldom is. */
export const seldomCells: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(seldom).map(([scenario, lines]) => [
    scenario,
    new Set(
      lines.flatMap((line) => {
        const [fault = "", ...situations] = line.split(" ");
        return situations.map((situation) => `${fault}/${situation}`);
      }),
    ),
  ]),
);

/**
 * Corners: small worlds of which every order of events is played. What is bounded here bounds the
 * number of states, and nothing else does.
 */
import type { Feature } from "../../core/realm/index.ts";
import type { FeatureRole } from "../../core/features/index.ts";

/** Somebody with an account, and all that he may do. */
export interface VisitorScript {
  /** Visitors of one account know its password, and are one player to the servers. */
  readonly account: string;
  /** "" is no device, and equal to none. */
  readonly device: string;
  /** To be logged in on the login server, or to be in the world of a game server. */
  readonly goal: "login" | "play";
  /** Which game server he enters, from 1. */
  readonly game: number;
  /** How often his link is cut, at any moment that there is one: he comes back at once. */
  readonly cuts: number;
  /** How often he asks again after a refusal, or after a server has ended his link. */
  readonly tries: number;
  /** Logs out, at any moment after he has what he wants. */
  readonly logsOut: boolean;
}

export interface Corner {
  readonly name: string;
  /** One sentence for people. */
  readonly about: string;
  readonly visitors: readonly VisitorScript[];
  /** How many game servers run. With none of them one stands in the directory all the same. */
  readonly games: number;
  /** How often time goes on, at any moment. */
  readonly seconds: number;
  /** By how much it goes on each time, milliseconds. */
  readonly secondMs: number;
  /** How many calls are lost, or are performed and their answers lost: at any time, any of them. */
  readonly callFaults: number;
  /** How many servers die and come back, at any moment. */
  readonly crashes: number;
  /** In place of the features that a server of the role has; to plant a bug. */
  readonly features?: Partial<Record<FeatureRole, readonly Feature[]>>;
}

const visitor: VisitorScript = {
  account: "1",
  device: "tablet",
  goal: "login",
  game: 1,
  cuts: 0,
  tries: 0,
  logsOut: false,
};
const guest: VisitorScript = { ...visitor, tries: 1, logsOut: true };
const player: VisitorScript = { ...visitor, goal: "play" };

const bounds: Omit<Corner, "name" | "about" | "visitors"> = {
  games: 0,
  seconds: 0,
  secondMs: 1_000,
  callFaults: 0,
  crashes: 0,
};

export const corners: readonly Corner[] = [
  {
    ...bounds,
    name: "login",
    about: "two clients of one account and device connect, log in, are cut off and come back",
    visitors: [
      { ...visitor, cuts: 1 },
      { ...visitor, cuts: 1 },
    ],
  },
  {
    ...bounds,
    name: "play",
    about: "two clients of one account log in and enter a game server, which reports once",
    visitors: [player, player],
    games: 1,
    seconds: 1,
  },
  {
    ...bounds,
    name: "devices",
    about: "two clients on two devices log in, ask again and log out; one of them is cut off",
    visitors: [
      { ...guest, cuts: 1 },
      { ...guest, device: "phone" },
    ],
  },
  {
    ...bounds,
    name: "lost-calls",
    about: "two clients log in and out; time passes, and a call is lost, or its answer is",
    visitors: [guest, guest],
    seconds: 1,
    callFaults: 1,
  },
  {
    ...bounds,
    name: "return",
    about: "a client enters a game server, is cut off, comes back by its token and logs out",
    visitors: [{ ...player, cuts: 1, tries: 1, logsOut: true }],
    games: 1,
    seconds: 1,
  },
  {
    ...bounds,
    name: "two-games",
    about: "two clients of one account enter two game servers, which report twice",
    visitors: [player, { ...player, game: 2 }],
    games: 2,
    seconds: 2,
  },
  {
    ...bounds,
    name: "late",
    about: "two clients log in while time passes in which every call under way runs out",
    visitors: [{ ...visitor, cuts: 1 }, visitor],
    seconds: 1,
    secondMs: 11_000,
  },
  {
    ...bounds,
    name: "three",
    about: "three clients of one account and device log in; two of them are cut off",
    visitors: [{ ...visitor, cuts: 1 }, { ...visitor, cuts: 1 }, visitor],
  },
  {
    ...bounds,
    name: "two-accounts",
    about: "two clients of one account and two of another log in; one of them is cut off",
    visitors: [
      { ...visitor, cuts: 1 },
      visitor,
      { ...visitor, account: "2" },
      { ...visitor, account: "2" },
    ],
  },
  {
    ...bounds,
    name: "reports",
    about: "two clients of one account enter a game server, ask again, and it reports twice",
    visitors: [
      { ...player, tries: 1 },
      { ...player, tries: 1 },
    ],
    games: 1,
    seconds: 2,
  },
  {
    ...bounds,
    name: "three-play",
    about: "three clients of one account enter a game server, which reports once",
    visitors: [player, player, player],
    games: 1,
    seconds: 1,
  },
  {
    ...bounds,
    name: "logout",
    about: "two clients enter a game server and log out; it reports once, and a call is lost",
    visitors: [
      { ...player, logsOut: true },
      { ...player, logsOut: true },
    ],
    games: 1,
    seconds: 1,
    callFaults: 1,
  },
  {
    ...bounds,
    name: "overtaken",
    about: "two clients enter a game server, and one is cut off and comes back by its token",
    visitors: [{ ...player, cuts: 1, tries: 1 }, player],
    games: 1,
    seconds: 1,
  },
  {
    ...bounds,
    name: "crash",
    about: "as `login`, and the server dies at any moment and comes back",
    visitors: [
      { ...visitor, cuts: 1 },
      { ...visitor, cuts: 1 },
    ],
    crashes: 1,
  },
  {
    ...bounds,
    name: "crash-play",
    about: "a client enters a game server and comes back; any server dies and comes back",
    visitors: [{ ...player, tries: 2 }],
    games: 1,
    seconds: 1,
    crashes: 1,
  },
];

export const cornerNamed = (name: string): Corner | undefined =>
  corners.find((one) => one.name === name);

/**
 * What strikes many links at once: partitions, clogs and crowds. All of it is decided when a run
 * begins, and each storm is one decision that says when, for how long and whom, so that a plan can
 * lose one and keep the others.
 *
 * Hosts are named: `client/3`, the name of a server, `accounts`. A way is an ordered pair of hosts.
 *
 * 1. A partition parts the hosts in two groups. Between them what is sent is lost, both ways or one
 *    way; kernels repeat it when the partition is over. It strikes calls, too.
 * 2. A clog stops single ways, one after the other, and lets them go on in another order. Nothing
 *    is lost by it.
 * 3. When faults stop, everything is open from then on, and links on which bytes were changed are
 *    reset: what their ends believe is not to be judged.
 */
import type { RandomStream } from "../../core/kernel/random.ts";
import type { Decision, Subject } from "../decisions.ts";
import { below } from "../drawing.ts";
import type { Hold, LinkParts, Path } from "./path.ts";
import type { Link } from "./link.ts";

/** Everybody who can be parted from others. */
export interface Hosts {
  readonly clients: readonly string[];
  readonly servers: readonly string[];
  /** Whom servers ask by calls; none where nobody is asked. */
  readonly performers: readonly string[];
}

/** Which of two groups is not heard any more by the other: of `hosts`, what they say, or hear. */
type Way = "both" | "out" | "in";

interface Partition {
  readonly [name: string]: Decision;
  readonly hosts: readonly string[];
  readonly way: Way;
  readonly atMicros: number;
  readonly forMicros: number;
}

interface Clog {
  readonly [name: string]: Decision;
  readonly from: string;
  readonly to: string;
  readonly atMicros: number;
  readonly forMicros: number;
}

/** Connections that come all at once. */
export interface Crowd {
  readonly [name: string]: Decision;
  readonly server: string;
  readonly connections: number;
  /** Begins a handshake, where there is one, or says nothing at all. */
  readonly saysHello: boolean;
  readonly atMicros: number;
  readonly forMicros: number;
}

/** One way between two hosts, for those who send over it other than by links. */
export interface Route {
  readonly isOpen: boolean;
  /** Calls `then` as soon as the way is open, from inside this call when it is. */
  whenOpen(then: () => void): void;
}

/** A link and the names of its ways: made once, because every storm asks every link for them. */
interface Wired {
  readonly link: Link;
  readonly toServer: string;
  readonly toClient: string;
}

/** What kernels and libraries repeat, they repeat within this after the way is open again. */
const repetitionMicros = 200_000;
/** From so many links on it is worth forgetting those that have ended. */
const linksKept = 32;

export class Weather {
  /** Asked for each crowd. Replaced by whoever can send one. */
  onCrowd: (crowd: Crowd, index: number) => void = () => undefined;
  readonly #parts: LinkParts;
  readonly #hosts: Hosts;
  /** By way, how many storms stop it. */
  readonly #stopped = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();
  /** Those that have not ended, and some that have. */
  #links: Wired[] = [];
  #linksMax = linksKept;
  /** What storms under way would do at their end. */
  readonly #ends = new Set<() => void>();

  constructor(parts: LinkParts, hosts: Hosts) {
    this.#parts = parts;
    this.#hosts = hosts;
  }

  /** Decides on the storms of a run that begins now. Call once. */
  begin(untilMicros: number): void {
    const { decisions, options } = this.#parts;
    const partition = decisions.subject("weather/partition");
    for (let count = 0; count < options.partitionsMax; count += 1) {
      this.#part(partition, untilMicros);
    }
    const clogs = decisions.subject("weather/clogs");
    for (let count = 0; count < options.swizzlesMax; count += 1) this.#clog(clogs, untilMicros);
    const crowd = decisions.subject("weather/crowd");
    for (let count = 0; count < options.floodsMax; count += 1) {
      const coming = crowd.next<Crowd | null>(null, (random) =>
        drawCrowd(random, this.#hosts.servers, options.floodConnectionsMax, untilMicros),
      );
      if (coming !== null) this.#at(coming.atMicros, () => this.onCrowd(coming, count));
    }
  }

  /** Faults have stopped: every way is open, and as wide as it can be. */
  clear(): void {
    for (const end of this.#ends) end();
    this.#ends.clear();
    for (const { link } of this.#links) {
      if (link.isDamaged) link.reset();
      link.path("toServer").widen();
      link.path("toClient").widen();
    }
  }

  /** For ever after nobody hears this host, and it hears nobody. Not before `clear`. */
  cutOff(host: string): void {
    const { clients, servers, performers } = this.#hosts;
    const others = [...servers, ...performers, ...clients].filter((other) => other !== host);
    this.#hold(
      others.flatMap((other) => [[host, other] as const, [other, host] as const]),
      "lost",
    );
  }

  /** From here on storms strike this link. Its ways are open, or it would not be. */
  add(link: Link): void {
    const { client, server } = link.hosts;
    this.#links.push({ link, toServer: wayOf(client, server), toClient: wayOf(server, client) });
    if (this.#links.length > this.#linksMax) {
      this.#links = this.#links.filter((wired) => isAlive(wired.link));
      this.#linksMax = 2 * Math.max(linksKept, this.#links.length);
    }
  }

  isOpen(from: string, to: string): boolean {
    return this.#stopped.size === 0 || !this.#stopped.has(wayOf(from, to));
  }

  route(from: string, to: string): Route {
    const isOpen = (): boolean => this.isOpen(from, to);
    return {
      get isOpen() {
        return isOpen();
      },
      whenOpen: (then) => {
        if (isOpen()) return then();
        const way = wayOf(from, to);
        const waiting = this.#waiting.get(way) ?? [];
        waiting.push(then);
        this.#waiting.set(way, waiting);
      },
    };
  }

  // ---------------------------------------------------------------- storms

  #part(subject: Subject, untilMicros: number): void {
    const { clients, servers, performers } = this.#hosts;
    const all = [...servers, ...performers, ...clients];
    const { partitionMaxMicros } = this.#parts.options;
    const partition = subject.next<Partition | null>(null, (random) => {
      const hosts = drawGroup(random, this.#hosts, all);
      const way = random.pick(["both", "both", "out", "in"] as const);
      return {
        hosts,
        way,
        atMicros: below(random, untilMicros),
        forMicros: 1 + below(random, partitionMaxMicros),
      };
    });
    if (partition === null) return;
    const { hosts, way, atMicros, forMicros } = partition;
    this.#at(atMicros, () => {
      const fault = way === "both" ? "network.partition" : "network.partition-one-way";
      const others = all.filter((host) => !hosts.includes(host));
      const ways = hosts.flatMap((host) =>
        others.flatMap((other) => [
          ...(way === "in" ? [] : [[host, other] as const]),
          ...(way === "out" ? [] : [[other, host] as const]),
        ]),
      );
      // A group of all hosts parts nobody.
      if (ways.length > 0) this.#parts.faults.hit(fault);
      this.#stop(ways, "lost", forMicros);
    });
  }

  #clog(subject: Subject, untilMicros: number): void {
    const { clients, servers } = this.#hosts;
    const clogs = subject.next<readonly Clog[] | null>(null, (random) =>
      drawClogs(random, clients, servers, untilMicros),
    );
    for (const { from, to, atMicros, forMicros } of clogs ?? []) {
      this.#at(atMicros, () => {
        this.#parts.faults.hit("network.clog");
        this.#stop([[from, to]], "late", forMicros);
      });
    }
  }

  /** What a plan puts off beyond the end of the run never happens. */
  #at(atMicros: number, act: () => void): void {
    const { scheduler, decisions } = this.#parts;
    scheduler.at(Math.max(scheduler.nowMicros, atMicros), decisions.inStorm(act));
  }

  #stop(ways: readonly (readonly [string, string])[], hold: Hold, forMicros: number): void {
    const end = this.#hold(ways, hold);
    this.#ends.add(end);
    this.#parts.scheduler.after(forMicros, () => {
      if (this.#ends.delete(end)) end();
    });
  }

  /** Returns what lets the ways go on again. */
  #hold(ways: readonly (readonly [string, string])[], hold: Hold): () => void {
    const names = new Set(ways.map(([from, to]) => wayOf(from, to)));
    for (const name of names) this.#stopped.set(name, (this.#stopped.get(name) ?? 0) + 1);
    const paths: Path[] = [];
    for (const { link, toServer, toClient } of this.#links) {
      if (names.has(toServer)) paths.push(link.path("toServer"));
      if (names.has(toClient)) paths.push(link.path("toClient"));
    }
    for (const path of paths) path.hold(hold);
    return () => {
      for (const name of names) this.#open(name);
      for (const path of paths) path.release(hold);
    };
  }

  #open(way: string): void {
    const left = (this.#stopped.get(way) ?? 1) - 1;
    if (left > 0) {
      this.#stopped.set(way, left);
      return;
    }
    this.#stopped.delete(way);
    const waiting = this.#waiting.get(way) ?? [];
    this.#waiting.delete(way);
    for (const then of waiting) this.#parts.scheduler.after(repetitionMicros, then);
  }
}

const isAlive = ({ client, server }: Link): boolean => client.isOpen || server.isOpen;

const wayOf = (from: string, to: string): string => `${from}>${to}`;

/** One host, the machines of one kind, or each by the toss of a coin; never nobody. */
function drawGroup(
  random: RandomStream,
  { servers, performers }: Hosts,
  all: readonly string[],
): readonly string[] {
  const servants = [...servers, ...performers];
  switch (random.below(3)) {
    case 0:
      return [random.pick(all)];
    case 1:
      return [random.pick(servants)];
    default: {
      const group = all.filter(() => random.chance(1, 2));
      return group.length === 0 ? [random.pick(all)] : group;
    }
  }
}

/** Ways stop one after the other, and go on in an order of their own. */
function drawClogs(
  random: RandomStream,
  clients: readonly string[],
  servers: readonly string[],
  untilMicros: number,
): readonly Clog[] {
  const chance = random.between(1, 4);
  const begins = below(random, untilMicros);
  const lasts = random.pick([100_000, 1_000_000, 4_000_000]);
  const clogs: Clog[] = [];
  for (const client of clients) {
    for (const server of servers) {
      for (const [from, to] of [
        [client, server],
        [server, client],
      ] as const) {
        if (!random.chance(chance, 4)) continue;
        const atMicros = begins + below(random, lasts);
        const endsMicros = begins + lasts + below(random, lasts);
        clogs.push({ from, to, atMicros, forMicros: endsMicros - atMicros });
      }
    }
  }
  return clogs;
}

const drawCrowd = (
  random: RandomStream,
  servers: readonly string[],
  connectionsMax: number,
  untilMicros: number,
): Crowd => ({
  server: random.pick(servers),
  connections: random.between(2, Math.max(2, connectionsMax)),
  saysHello: random.chance(2, 3),
  atMicros: below(random, untilMicros),
  forMicros: below(random, 8_000_000),
});

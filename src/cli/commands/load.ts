/** `reprise load`: real clients, real sockets, a fixed rate, and what became of it. */
import { readFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { parseTarget, showTarget } from "../../client/target.ts";
import type { Target, Trust } from "../../client/target.ts";
import { ApiMisuseError } from "../../core/kernel/assert.ts";
import type { Seed } from "../../core/kernel/random.ts";
import type { LengthEndian } from "../../core/wire/index.ts";
import type { LoadResult } from "../../load/result.ts";
import { scenarios } from "../../load/scenarios.ts";
import type { Progress, Scenario } from "../../load/scenario.ts";
import { runningServers } from "../../io/run-record.ts";
import type { RunRecord } from "../../io/run-record.ts";
import { decimal, flag, integer, readArguments, text, UsageError } from "../arguments.ts";
import type { Values } from "../arguments.ts";
import { CommandError } from "../command-error.ts";
import type { Command } from "../command.ts";
import { nearest } from "../../core/kernel/nearest.ts";
import { grouped, printJson, ProgressLine, table } from "../output.ts";

const help = `\
Plays many clients against a server at a fixed rate, and reports latency and errors.

Usage: reprise load [--scenario NAME] [--clients N] [--rate R] [--seconds S] [OPTIONS]

  --scenario NAME      what the clients do (default ping)
                         ${scenarioList("                         ")}
  --clients N          so many clients, all really connected (default 100)
  --rate R             messages a second for each client (default 10)
  --seconds S          from the moment when all clients are in (default 20)

  --target URL         tls://host:port or tcp://host:port; walk and login-storm begin at the
                         login server, and walk on at the game server that it names
                         (default: the server that runs on this machine)
  --ca FILE            the authority that signed the server's certificate, PEM
  --insecure           believe whoever answers
  --length-endian END  little, or big for a server that is configured so (default little)
  --data-dir DIR       where to look for the running server (default data)

  --visible N          walk: others that each player should see, about; sizes the region that
                         they keep to (default 20). Where they enter, the server decides:
                         realm.worldSpawnRadiusM
  --speed S            walk: metres a second (default 5)
  --names PREFIX       players are called PREFIX1, PREFIX2, ... (default walker, or storm);
                         a server in development registers them, others must know them
  --password TEXT      of all of them

  --max-p99-ms MS      fail when the 99th percentile is above
  --allow-disconnects  links that break, and what was lost with them, are reported only;
                         the clients come back and the load goes on
  --timeout-ms MS      an answer that takes longer is an error (default 10000)
  --connect-seconds S  give up when not all clients are in by then (default 30; 120 where
                         they log in)
  --json               print one JSON object

The load is an open loop: a message's time to be sent does not depend on the answers before it,
and its latency counts from that time. Exit code 1: not all clients got in, there were errors or
broken links, a client's view was not the server's, or a limit was exceeded.

Examples:
  reprise load --scenario ping --clients 100 --rate 10 --seconds 20
  reprise load --scenario walk --clients 100 --rate 10 --seconds 20
  reprise load --scenario login-storm --clients 200 --seconds 5
  reprise load --target tls://10.0.0.5:8081 --ca ca.pem --clients 1000 --max-p99-ms 50`;

function scenarioList(indent: string): string {
  const list = Object.values(scenarios).map(({ name, summary }) => `${name}: ${summary}`);
  return list.join(`\n${indent}`);
}

const options = {
  scenario: text("ping"),
  clients: integer(100, { min: 1, max: 50_000 }),
  rate: decimal(10, { min: 0.01, max: 10_000 }),
  seconds: decimal(20, { min: 0.1, max: 604_800 }),
  target: text(null),
  ca: text(null),
  insecure: flag(),
  "length-endian": text("little"),
  "data-dir": text("data"),
  visible: decimal(20, { min: 0.1, max: 50_000 }),
  speed: decimal(5, { min: 0, max: 1_000 }),
  names: text(null),
  password: text("a load's password"),
  "max-p99-ms": decimal(null, { min: 0, max: 600_000 }),
  "allow-disconnects": flag(),
  "timeout-ms": integer(10_000, { min: 1, max: 600_000 }),
  "connect-seconds": decimal(null, { min: 0.1, max: 3_600 }),
  json: flag(),
};

type LoadValues = Values<typeof options>;

export const load: Command = {
  name: "load",
  summary: "play many clients against a server and measure it",
  help,
  async run(argv) {
    const { values } = readArguments(argv, options);
    const scenario = scenarioOf(values.scenario);
    const site = await siteOf(values, scenario);
    const { target } = site;
    const progress = new ProgressLine();
    const connectSeconds = values["connect-seconds"] ?? scenario.connectSeconds;
    const prefix = values.names ?? (scenario.name === "login-storm" ? "storm" : "walker");
    const result = await scenario.play(
      {
        ...site,
        lengthEndian: lengthEndianOf(values["length-endian"]),
        clients: values.clients,
        ratePerSecond: values.rate,
        seconds: values.seconds,
        requestTimeoutMs: values["timeout-ms"],
        connectTimeoutMs: connectSeconds * 1_000,
        seed: freshSeed(),
        players: { prefix, password: values.password },
        visible: values.visible,
        speed: values.speed,
      },
      (now) => progress.show(() => progressText(now, values.clients)),
    );
    progress.end();
    if (values.json) printJson(result);
    else console.log(resultText(result, target));
    const broken = brokenLimits(result, values);
    for (const limit of broken) console.error(`reprise load: ${limit}`);
    return broken.length === 0 ? 0 : 1;
  },
};

function scenarioOf(name: string): Scenario {
  const scenario = Object.hasOwn(scenarios, name) ? scenarios[name] : undefined;
  if (scenario !== undefined) return scenario;
  const names = Object.keys(scenarios);
  const close = nearest(name, names);
  const hint = close === null ? `there is ${names.join(", ")}` : `did you mean ${close}?`;
  throw new UsageError(`unknown scenario "${name}"; ${hint}`);
}

function lengthEndianOf(name: string): LengthEndian {
  if (name === "little" || name === "big") return name;
  throw new UsageError(`--length-endian is little or big, not "${name}"`);
}

/** Where a load goes. */
interface Site {
  readonly target: Target;
  readonly gameServer: (address: string, port: number) => Target;
  readonly views: string | null;
}

/**
 * @throws CommandError when no target is given and no server runs here, UsageError for a target
 * that is none
 */
async function siteOf(values: LoadValues, scenario: Scenario): Promise<Site> {
  const { ca, insecure } = values;
  if (ca !== null && insecure) throw new UsageError("give one of --ca and --insecure");
  let trust: Trust | null = insecure ? { kind: "nobody" } : null;
  if (ca !== null) trust = { kind: "authority", pem: await readFile(ca) };
  const records = runningServers(values["data-dir"]);
  const servers = records.flatMap(serversOf);
  const target = firstTarget(values, scenario, servers, trust);
  const gameServer = (host: string, port: number): Target => {
    const known = knownAt(servers, host, port);
    if (known !== undefined && trust === null) return known.target;
    // It speaks as the login server does, unless it is known to speak otherwise.
    const speaks = known?.target.trust === null || target.trust === null ? null : target.trust;
    return { host, port, trust: speaks };
  };
  const isHere = servers.some((server) => isSameServer(server.target, target));
  return { target, gameServer, views: isHere ? viewsOf(records) : null };
}

function firstTarget(
  values: LoadValues,
  scenario: Scenario,
  servers: readonly RunningServer[],
  trust: Trust | null,
): Target {
  if (values.target !== null) {
    const target = typedTarget(values.target, trust ?? { kind: "system" });
    const known = knownAt(servers, target.host, target.port);
    return trust === null && target.trust !== null && known !== undefined ? known.target : target;
  }
  // Where there is but one server, of whatever role, that is the one that is meant.
  const server = servers.find(({ role }) => role === scenario.target) ?? servers[0];
  if (server === undefined) {
    throw new CommandError(
      `no server runs on ${values["data-dir"]}; start one with reprise serve, or give --target`,
    );
  }
  const { target } = server;
  return trust === null || target.trust === null ? target : { ...target, trust };
}

function typedTarget(url: string, trust: Trust): Target {
  try {
    return parseTarget(url, trust);
  } catch (error) {
    throw error instanceof ApiMisuseError ? new UsageError(`--target ${error.message}`) : error;
  }
}

interface RunningServer {
  readonly role: string;
  readonly target: Target;
}

/** The links that a recorded server offers. */
function serversOf({ urls, fingerprint }: RunRecord): RunningServer[] {
  const trust: Trust =
    fingerprint === null ? { kind: "system" } : { kind: "fingerprint", sha256: fingerprint };
  return Object.entries(urls).map(([role, url]) => ({ role, target: parseTarget(url, trust) }));
}

const knownAt = (servers: readonly RunningServer[], host: string, port: number) =>
  servers.find(({ target }) => target.port === port && isHere(host));

const isSameServer = (one: Target, other: Target): boolean =>
  one.port === other.port && isHere(one.host) && isHere(other.host);

const isHere = (host: string): boolean => ["127.0.0.1", "localhost", "::1"].includes(host);

/** Where the recorded game server shows its players; null when none does. */
function viewsOf(records: readonly RunRecord[]): string | null {
  const record = records.find(({ role }) => role === "all" || role === "game");
  const port = record?.ports["metrics"];
  return port === undefined ? null : `http://127.0.0.1:${port}`;
}

function freshSeed(): Seed {
  const bytes = randomBytes(16);
  return [
    bytes.readUInt32LE(0),
    bytes.readUInt32LE(4),
    bytes.readUInt32LE(8),
    bytes.readUInt32LE(12),
  ];
}

// ---------------------------------------------------------------- limits

/** What the links that broke took with them. */
const lostWithLinks = ["CONNECTION_LOST", "REQUEST_TIMEOUT", "QUEUE_FULL"] as const;

/** One line for each limit that is broken. */
function brokenLimits(result: LoadResult, values: LoadValues): string[] {
  const broken: string[] = [];
  const { clients, connected, errors, disconnects, latencyMs } = result;
  if (connected < clients) {
    const because = result.notConnectedBecause ?? "unknown";
    return [`only ${connected} of ${clients} clients got in: ${because}`];
  }
  const allowed: readonly string[] = values["allow-disconnects"] ? lostWithLinks : [];
  const counted = Object.entries(errors).filter(([kind]) => !allowed.includes(kind));
  if (counted.length > 0) {
    broken.push(`errors: ${counted.map(([kind, count]) => `${count} ${kind}`).join(", ")}`);
  }
  if ((result.viewMismatches ?? 0) > 0) {
    const { viewMismatches, viewNotes } = result;
    broken.push(`${viewMismatches} mismatches of views: ${viewNotes.join("; ")}`);
  }
  if (disconnects > 0 && !values["allow-disconnects"]) broken.push(`${disconnects} links broke`);
  const p99Max = values["max-p99-ms"];
  if (p99Max !== null && latencyMs.p99 > p99Max) {
    broken.push(`the 99th percentile is ${latencyMs.p99} ms, above ${p99Max} ms`);
  }
  return broken;
}

// ---------------------------------------------------------------- text

function progressText({ phase, ready, seconds, tally }: Progress, clients: number): string {
  if (phase === "connecting") return `connecting: ${ready} of ${clients} clients are in`;
  const p99 = (tally.latency.percentileMicros(0.99) / 1_000).toFixed(1);
  const errors = [...tally.errors.values()].reduce((sum, count) => sum + count, 0);
  const answered = `${grouped(tally.received)} of ${grouped(tally.sent)} answered`;
  return `${phase}: ${seconds.toFixed(0)} s, ${answered}, p99 ${p99} ms, ${errors} errors, ${ready} in`;
}

function resultText(result: LoadResult, target: Target): string {
  const { rate, latencyMs, sendLagMs, errors } = result;
  const ms = ({ p50, p95, p99, max }: LoadResult["latencyMs"]): string =>
    `p50 ${p50}, p95 ${p95}, p99 ${p99}, max ${max} ms`;
  const kinds = Object.entries(errors).map(([kind, count]) => `${grouped(count)} ${kind}`);
  const links = `${result.disconnects} broke, ${result.reconnects} came back`;
  const rows: [string, string][] = [
    ["scenario", `${result.scenario} against ${showTarget(target)}`],
    ["clients", `${grouped(result.connected)} of ${grouped(result.clients)} connected`],
    ["messages", `${grouped(result.sent)} sent, ${grouped(result.received)} answered rightly`],
    ["errors", kinds.length === 0 ? "none" : kinds.join(", ")],
    ["links", result.disconnects === 0 ? "none broke" : links],
    ["rate", `${grouped(rate.achieved)} of ${grouped(rate.offered)} messages/s`],
    ["latency", ms(latencyMs)],
    ["of it ours", `${ms(sendLagMs)}: how late messages were sent`],
    ["packets", `${result.bytesPerPacketMean ?? 0} bytes on average`],
    ["own CPU", `${result.clientCpuPercent} % of a core`],
  ];
  const { seenMin, seenMean, viewMismatches, viewNotes } = result;
  if (viewMismatches !== null) {
    rows.push(["seen", `${seenMean} others on average, ${seenMin} at least`]);
    rows.push([
      "views",
      viewMismatches === 0 ? "all as the server's" : `${viewMismatches} mismatches`,
    ]);
  } else if (viewNotes.length > 0) {
    rows.push(["views", viewNotes.join("; ")]);
  }
  return table(rows);
}

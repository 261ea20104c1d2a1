/** `reprise load`: real clients, real sockets, a fixed rate, and what became of it. */
import { readFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { parseTarget, showTarget } from "../../client/target.ts";
import type { Target, Trust } from "../../client/target.ts";
import { ApiMisuseError } from "../../core/kernel/assert.ts";
import type { Seed } from "../../core/kernel/random.ts";
import type { LengthEndian } from "../../core/wire/index.ts";
import type { LoadResult } from "../../load/result.ts";
import { runLoad } from "../../load/run.ts";
import type { Progress } from "../../load/run.ts";
import { scenarios } from "../../load/scenario.ts";
import type { Scenario } from "../../load/scenario.ts";
import { runningServers } from "../../io/run-record.ts";
import type { RunRecord } from "../../io/run-record.ts";
import { decimal, flag, integer, readArguments, text, UsageError } from "../arguments.ts";
import type { Values } from "../arguments.ts";
import { CommandError } from "../command-error.ts";
import type { Command } from "../command.ts";
import { nearest } from "../../io/nearest.ts";
import { grouped, printJson, ProgressLine, table } from "../output.ts";

const help = `\
Plays many clients against a server at a fixed rate, and reports latency and errors.

Usage: reprise load [--scenario NAME] [--clients N] [--rate R] [--seconds S] [OPTIONS]

  --scenario NAME      what the clients do (default ping)
                         ${scenarioList("                         ")}
  --clients N          so many clients, all really connected (default 100)
  --rate R             messages a second for each client (default 10)
  --seconds S          from the moment when all clients are in (default 20)

  --target URL         tls://host:port or tcp://host:port
                         (default: the server that runs on this machine)
  --ca FILE            the authority that signed the server's certificate, PEM
  --insecure           believe whoever answers
  --length-endian END  little, or big for a server that is configured so (default little)
  --data-dir DIR       where to look for the running server (default data)

  --max-p99-ms MS      fail when the 99th percentile is above
  --allow-disconnects  links that break, and what was lost with them, are reported only;
                         the clients come back and the load goes on
  --timeout-ms MS      an answer that takes longer is an error (default 10000)
  --connect-seconds S  give up when not all clients are in by then (default 30)
  --json               print one JSON object

The load is an open loop: a message's time to be sent does not depend on the answers before it,
and its latency counts from that time. Exit code 1: not all clients got in, there were errors or
broken links, or a limit was exceeded.

Examples:
  reprise load --scenario ping --clients 100 --rate 10 --seconds 20
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
  "max-p99-ms": decimal(null, { min: 0, max: 600_000 }),
  "allow-disconnects": flag(),
  "timeout-ms": integer(10_000, { min: 1, max: 600_000 }),
  "connect-seconds": decimal(30, { min: 0.1, max: 3_600 }),
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
    const target = await targetOf(values);
    const progress = new ProgressLine();
    const result = await runLoad(
      {
        scenario,
        target,
        lengthEndian: lengthEndianOf(values["length-endian"]),
        clients: values.clients,
        ratePerSecond: values.rate,
        seconds: values.seconds,
        requestTimeoutMs: values["timeout-ms"],
        connectTimeoutMs: values["connect-seconds"] * 1_000,
        seed: freshSeed(),
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

async function targetOf(values: LoadValues): Promise<Target> {
  const { target: url, ca, insecure } = values;
  if (ca !== null && insecure) throw new UsageError("give one of --ca and --insecure");
  let trust: Trust | null = insecure ? { kind: "nobody" } : null;
  if (ca !== null) trust = { kind: "authority", pem: await readFile(ca) };
  const servers = runningServers(values["data-dir"]).flatMap(serversOf);
  if (url !== null) {
    const target = typedTarget(url, trust ?? { kind: "system" });
    const known = servers.find((server) => server.port === target.port && isHere(target.host));
    return trust === null && target.trust !== null && known !== undefined ? known.target : target;
  }
  const [server] = servers;
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
  readonly port: number;
  readonly target: Target;
}

/** The links that a recorded server offers, the game's first: that is where load belongs. */
function serversOf({ urls, fingerprint }: RunRecord): RunningServer[] {
  const trust: Trust =
    fingerprint === null ? { kind: "system" } : { kind: "fingerprint", sha256: fingerprint };
  const roles = Object.keys(urls).toSorted((left, right) => rank(left) - rank(right));
  return roles.map((role) => {
    const target = parseTarget(urls[role] ?? "", trust);
    return { port: target.port, target };
  });
}

const rank = (role: string): number => (role === "game" ? 0 : 1);

const isHere = (host: string): boolean => ["127.0.0.1", "localhost", "::1"].includes(host);

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
  return table([
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
  ]);
}

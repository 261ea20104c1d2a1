/**
 * A whole server in this process: configuration, certificate, log, metrics, and one `RoleServer`
 * for each role. The `serve` command, tests and benchmarks start it the same way.
 *
 *     const server = await startServer({ config: configOf({ "ports.game": 0 }) });
 *     ...
 *     await server.stop();
 *
 * 1. `start` resolves once every role listens. When one cannot, everything is undone and the error
 *    is a `StartError`, whose message is the line for the user.
 * 2. A server starts once. Its features, and with them its packet handlers, are fixed when it is
 *    made.
 * 3. It ends when all its roles have ended. When one ends by itself, that is logged with its reason
 *    at once, and the others are drained, whatever they are at.
 */
import { join, resolve } from "node:path";
import { createSecureContext } from "node:tls";
import type { SecureContextOptions } from "node:tls";
import { publishedContracts } from "../core/features/contracts.ts";
import { featuresOf } from "../core/features/index.ts";
import type { RecoverySummary } from "../core/host/index.ts";
import type { CounterEntry } from "../core/kernel/counters.ts";
import { createRealm } from "../core/realm/index.ts";
import type { Feature, Realm } from "../core/realm/index.ts";
import { openAccounts } from "./accounts/accounts.ts";
import type { Accounts } from "./accounts/accounts.ts";
import { buildId } from "./build-id.ts";
import { developmentCertificate, readCertificate } from "./certificate.ts";
import type { Certificate } from "./certificate.ts";
import { platformCode } from "./completions.ts";
import { hostConfigOf, rolesOf } from "./config.ts";
import type { Role, ServerConfig } from "./config.ts";
import { descriptorShortage } from "./descriptors.ts";
import { keySourcesOf, loadJournalKeys } from "./journal-keys.ts";
import { Log } from "./log.ts";
import { MetricsServer } from "./metrics.ts";
import type { MetricsSource } from "./metrics.ts";
import type { Performer } from "./performers.ts";
import { ownIdentity } from "./process-identity.ts";
import { ProcessMetrics } from "./process-metrics.ts";
import { folderAdvice } from "./replace-file.ts";
import { RoleServer } from "./role-server.ts";
import type { RoleEnd, RoleOptions } from "./role-server.ts";
import { removeRunRecord, writeRunRecord } from "./run-record.ts";
import type { RunRecord } from "./run-record.ts";
import { StartError, stoppedMessage } from "./start-error.ts";

export interface ServerOptions {
  readonly config: ServerConfig;
  /**
   * In the order in which they are composed: the same for every role, or those of each. Default:
   * `featuresOf`.
   */
  readonly features?: readonly Feature[] | ((role: ServedRole) => readonly Feature[]);
  /**
   * Names the code of features that are not built in, and changes whenever it does: only the build
   * that wrote a journal's tail may step it. Default: empty.
   */
  readonly featuresBuild?: string;
  /**
   * The URL of a module that exports `features` as they are given here. The thread that follows the
   * journal loads it; without it, features that are not built in have no follower, and their
   * checkpoints are those of orderly ends. Default: none.
   */
  readonly featuresModule?: string;
  /**
   * Who answers the calls of features, by operation, besides those of accounts. What nobody answers
   * is `UNAVAILABLE`.
   */
  readonly performers?: Readonly<Record<string, Performer>>;
}

/** A role that this build can serve. */
export type ServedRole = Exclude<Role, "data">;

/** How a server has ended. */
export interface ServerEnd {
  /** What the process should exit with. */
  readonly code: number;
  /** One line that says why; empty after an orderly end. */
  readonly message: string;
}

type State = "idle" | "starting" | "running" | "stopped";

export class Server {
  /** Resolves when the server that was started has ended, however it ended. */
  readonly ended: Promise<ServerEnd>;
  readonly #options: ServerOptions;
  #state: State = "idle";
  /** True from the first `stop`. A start that is under way then ends in `STOPPED`. */
  #stopping = false;
  #resolveEnded: (end: ServerEnd) => void = () => undefined;
  #log: Log | null = null;
  #certificate: Certificate | null = null;
  #accounts: Accounts | null = null;
  #roles: readonly RoleServer[] = [];
  #metrics: MetricsServer | null = null;
  #processMetrics: ProcessMetrics | null = null;
  #metricsPort: number | null = null;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
  }

  /**
   * Resolves once every role listens.
   *
   * @throws StartError
   */
  async start(): Promise<void> {
    if (this.#state !== "idle") {
      throw new StartError("ALREADY_STARTED", "this server was started before; make a new one");
    }
    this.#state = "starting";
    try {
      await this.#open();
    } catch (error) {
      await this.#undo();
      this.#finish({
        code: error instanceof StartError ? error.exitCode : 1,
        message: messageOf(error),
      });
      throw error;
    }
    this.#state = "running";
    void this.#watch();
  }

  /**
   * Ends in order: no new connections, everybody told, everything sent and durable. Called again
   * while that goes on, it ends at once. A start that is under way ends in StartError STOPPED.
   */
  stop(): Promise<ServerEnd> {
    this.#stopping = true;
    if (this.#state === "idle") this.#finish({ code: 0, message: "" });
    for (const role of this.#roles) role.drain();
    return this.ended;
  }

  /** Takes the orders that an operator has left in the folders of the roles. */
  async readOrders(): Promise<void> {
    try {
      for (const role of this.#roles) await role.readOrder();
    } catch (error) {
      this.logError("an operator's order cannot be read", error);
    }
  }

  /** False before `start` has resolved and after the end. */
  isRunning(): boolean {
    return this.#state === "running";
  }

  /** Of all roles. */
  connectionCount(): number {
    return this.#roles.reduce((sum, role) => sum + role.connectionCount, 0);
  }

  /** By role, as tls://HOST:PORT or tcp://HOST:PORT. */
  get urls(): Readonly<Partial<Record<Role, string>>> {
    return Object.fromEntries(this.#roles.map((role) => [role.role, role.url]));
  }

  /** The game role's port, or that of the only role; 0 while not listening. */
  get port(): number {
    const game = this.#roles.find(({ role }) => role === "game");
    return (game ?? this.#roles[0])?.port ?? 0;
  }

  portOf(role: Role): number {
    return this.#roles.find((each) => each.role === role)?.port ?? 0;
  }

  /** Null when metrics are off. */
  get metricsPort(): number | null {
    return this.#metricsPort;
  }

  /** Null without TLS. */
  get certificate(): Certificate | null {
    return this.#certificate;
  }

  /** SHA-256 of the certificate; null without TLS. */
  get fingerprint(): string | null {
    return this.#certificate?.fingerprint ?? null;
  }

  /** What the start found in the journals; null where there was none. */
  get recovered(): Readonly<Partial<Record<Role, RecoverySummary | null>>> {
    return Object.fromEntries(this.#roles.map((role) => [role.role, role.recovered]));
  }

  /** Writes to the server's log; for what ends the process. */
  logError(message: string, error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#log?.write("error", message, { error: text });
    this.#log?.flush();
  }

  async #open(): Promise<void> {
    const { config, features = featuresOf, featuresBuild = "" } = this.#options;
    const log = openLog(config);
    this.#log = log;
    warnOfDescriptors(config, log);
    this.#certificate = certificateOf(config);
    if (config.role === "data") throw new StartError("ROLE_NOT_SERVED", dataRoleMessage);
    const accounts = await openAccounts(config, (message, reason) =>
      log.write("warn", message, { reason: String(reason) }),
    );
    this.#accounts = accounts;
    const roles: RoleServer[] = [];
    this.#roles = roles;
    const common = {
      config,
      log,
      certificate: this.#certificate,
      build: buildId(featuresBuild),
      keys: loadJournalKeys(keySourcesOf(config)),
      ...this.#featuresModule(),
    };
    for (const role of rolesOf(config)) {
      const performers: RoleOptions["performers"] = (port) => ({
        ...accounts.performers(role, port),
        ...this.#options.performers,
      });
      roles.push(RoleServer.open({ ...common, realm: realmOf(role, features), role, performers }));
    }
    await this.#openMetrics();
    // One after the other: a recovery reads as fast as the disk allows.
    for (const role of roles) {
      this.#checkWanted();
      await role.start();
    }
    this.#checkWanted();
    this.#writeRecord(log);
    log.write("info", "serving", { pid: process.pid, mode: config.mode, ...this.urls });
  }

  /** Who serves can do so without: it is other commands that go by it. */
  #writeRecord(log: Log): void {
    const { dataDir } = this.#options.config;
    try {
      writeRunRecord(dataDir, this.#record());
    } catch (error) {
      const problem = `${platformCode(error)} in ${dataDir}; ${folderAdvice(error)}`;
      log.write("warn", "run.json cannot be written: other commands do not find this server", {
        problem,
      });
    }
  }

  /** Where a thread finds the features: see `RoleOptions`. */
  #featuresModule(): { readonly featuresModule?: string | null } {
    const { features, featuresModule } = this.#options;
    if (featuresModule !== undefined) return { featuresModule };
    return features === undefined ? { featuresModule: null } : {};
  }

  #checkWanted(): void {
    if (this.#stopping) throw new StartError("STOPPED", stoppedMessage, 0);
  }

  async #openMetrics(): Promise<void> {
    const { mode, metrics } = this.#options.config;
    const { enabled, address, port } = metrics;
    if (!enabled) return;
    const roles = this.#roles;
    const processMetrics = new ProcessMetrics(() => roles.forEach((role) => role.sampled()));
    this.#processMetrics = processMetrics;
    processMetrics.start();
    const own: readonly MetricsSource[] = [
      { prefix: "", labels: {}, entries: () => processMetrics.entries() },
      { prefix: "reprise_", labels: {}, entries: () => logEntries(this.#log) },
      { prefix: "reprise_", labels: {}, entries: () => this.#accounts?.entries() ?? [] },
    ];
    this.#metrics = new MetricsServer({
      address,
      port,
      sources: () => [...roles.flatMap((role) => role.metrics()), ...own],
      health: () => Object.fromEntries(roles.map((role) => [role.role, role.health])),
      views: {
        isOn: metrics.views === "auto" ? mode === "development" : metrics.views,
        sources: () => Object.fromEntries(roles.map((role) => [role.role, role.views])),
      },
    });
    this.#metricsPort = await this.#metrics.listen();
  }

  /** Ends the whole when one of its roles has ended. */
  async #watch(): Promise<void> {
    const ends = this.#roles.map(async (role) => {
      const end = await role.ended;
      this.#tellEnd(role.role, end);
      for (const other of this.#roles) {
        // Also one that is only just being rebuilt. A second order would be to end at once.
        const { health } = other;
        if (health !== "draining" && health !== "stopped") other.drain();
      }
      return end;
    });
    const all = await Promise.all(ends);
    const end = all.find(({ code }) => code !== 0) ?? { code: 0, message: "" };
    this.#log?.write(end.code === 0 ? "info" : "error", "stopped", { code: end.code });
    await this.#close();
    this.#finish(end);
  }

  /** The others may take their time to drain: why they do is told before. */
  #tellEnd(role: Role, { code, message }: RoleEnd): void {
    if (code === 0) this.#log?.write("info", "a role has ended", { code }, role);
    else this.#log?.write("error", "a role has ended", { code, problem: message }, role);
  }

  /** After a start that failed half-way: what serves already has no clients that matter. */
  async #undo(): Promise<void> {
    for (const role of this.#roles) {
      role.drain();
      await role.ended;
    }
    await this.#close();
  }

  async #close(): Promise<void> {
    await this.#metrics?.close();
    this.#processMetrics?.stop();
    if (this.#state === "running") {
      removeRunRecord(this.#options.config.dataDir, this.#options.config.role);
    }
    await this.#accounts?.close();
    await this.#log?.close();
  }

  #finish(end: ServerEnd): void {
    this.#state = "stopped";
    this.#resolveEnded(end);
  }

  #record(): RunRecord {
    const { mode, role } = this.#options.config;
    const ports: Record<string, number> = {};
    for (const each of this.#roles) ports[each.role] = each.port ?? 0;
    if (this.#metricsPort !== null) ports["metrics"] = this.#metricsPort;
    return {
      ...ownIdentity(),
      started: new Date().toISOString(),
      mode,
      role,
      ports,
      urls: Object.fromEntries(Object.entries(this.urls)),
      fingerprint: this.fingerprint,
      certFile: this.#certificate === null ? null : resolve(this.#certificate.certFile),
    };
  }
}

/**
 * Makes a server and starts it.
 *
 * @throws StartError
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const server = new Server(options);
  await server.start();
  return server;
}

/** Nothing to say of an end that was asked for. */
function messageOf(error: unknown): string {
  if (error instanceof StartError && error.code === "STOPPED") return "";
  return error instanceof Error ? error.message : String(error);
}

/** @throws StartError for a role that no build serves yet */
function realmOf(role: Role, features: NonNullable<ServerOptions["features"]>): Realm {
  if (role === "data") throw new StartError("ROLE_NOT_SERVED", dataRoleMessage);
  const own = typeof features === "function" ? features(role) : features;
  return createRealm({ features: own, known: publishedContracts });
}

const dataRoleMessage =
  "role data serves nothing yet: login and game keep accounts in accounts.database themselves; " +
  "run login, game or all";

function openLog(config: ServerConfig): Log {
  const { level, destination, linesPerSecondMax } = config.log;
  const automatic = config.mode === "development" ? "stderr" : "stdout";
  try {
    return Log.open({
      level,
      linesPerSecondMax,
      destination: destination === "auto" ? automatic : destination,
    });
  } catch (error) {
    throw new StartError(
      "CONFIG_INVALID",
      `the log ${destination} cannot be written (${platformCode(error)}); ` +
        "choose another: --set log.destination=stderr",
    );
  }
}

function warnOfDescriptors(config: ServerConfig, log: Log): void {
  const connections = rolesOf(config).map((role) => hostConfigOf(config, role).connectionsMax);
  const shortage = descriptorShortage(connections);
  if (shortage === null) return;
  log.write("warn", "too few file descriptors for host.connectionsMax", {
    descriptorsMax: shortage.descriptorsMax,
    descriptorsNeeded: shortage.descriptorsNeeded,
    cure:
      `raise the limit (ulimit -n ${shortage.descriptorsNeeded}, systemd: LimitNOFILE=) ` +
      "or lower --set host.connectionsMax",
  });
}

function certificateOf({ mode, dataDir, tls }: ServerConfig): Certificate | null {
  if (!tls.enabled) return null;
  checkNegotiable("tls.ciphers", tls.ciphers, { ciphers: tls.ciphers ?? "" });
  checkNegotiable("tls.curves", tls.curves, { ecdhCurve: tls.curves ?? "" });
  const certificate =
    tls.certFile === null || tls.keyFile === null
      ? developmentCertificate(join(dataDir, "tls"))
      : readCertificate(tls.certFile, tls.keyFile);
  if (mode === "production" && certificate.selfSigned && !tls.allowSelfSigned) {
    throw new StartError(
      "CERTIFICATE_UNUSABLE",
      `production does not use the self-signed certificate ${certificate.certFile}; ` +
        "get one from an authority, or insist: --set tls.allowSelfSigned=true",
    );
  }
  return certificate;
}

function checkNegotiable(key: string, value: string | null, options: SecureContextOptions): void {
  if (value === null) return;
  try {
    createSecureContext(options);
  } catch {
    throw new StartError("CONFIG_INVALID", `${key}: OpenSSL does not know any of "${value}"`);
  }
}

function logEntries(log: Log | null): readonly CounterEntry[] {
  if (log === null) return [];
  const { suppressed, dropped } = log.counters;
  const counter = { labels: {}, kind: "counter" } as const;
  return [
    {
      ...counter,
      name: "log_lines_suppressed_total",
      help: "Log lines left out because their message flooded",
      value: suppressed,
    },
    {
      ...counter,
      name: "log_lines_dropped_total",
      help: "Log lines lost because nobody read them",
      value: dropped,
    },
  ];
}

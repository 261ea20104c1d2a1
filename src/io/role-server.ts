/**
 * One role of a server: its locked folder, its platform and its host, from the start to the end.
 *
 *     idle -> starting -> serving -> ending -> ended
 *                 \____________________^
 *
 * 1. The host decides when it ends, by `exit`. It is ended from here only when it throws.
 * 2. `ended` resolves once, after sockets are closed, files written and the folder is unlocked.
 */
import { join } from "node:path";
import { protocolRange } from "../core/features/contracts.ts";
import { createHost } from "../core/host/index.ts";
import type { Host, RecoverySummary, StartRecord } from "../core/host/index.ts";
import type { JournalKeys } from "../core/journal/index.ts";
import { invariant } from "../core/kernel/assert.ts";
import type { CounterEntry } from "../core/kernel/counters.ts";
import type { Realm } from "../core/realm/index.ts";
import { wrongTransportFrame } from "../core/wire/index.ts";
import { takeCaptureOrder } from "./capture-order.ts";
import type { Certificate } from "./certificate.ts";
import { zlibChecksum } from "./checksum.ts";
import type { Completions } from "./completions.ts";
import { addressOf, hostConfigOf, realmConfigOf } from "./config.ts";
import type { Role, ServerConfig } from "./config.ts";
import type { DriverCounters } from "./driver.ts";
import { FollowerThread } from "./follower/thread.ts";
import { keyBytesOf } from "./journal-keys.ts";
import { lockFolder } from "./lock.ts";
import type { FolderLock } from "./lock.ts";
import type { Log } from "./log.ts";
import type { Health, MetricsSource } from "./metrics.ts";
import type { Performer } from "./performers.ts";
import { Platform } from "./platform.ts";
import { startRecord } from "./start-record.ts";
import { StartError, stoppedMessage } from "./start-error.ts";
import { TcpTransport } from "./tcp.ts";
import { TlsTransport } from "./tls.ts";
import type { Transport, TransportCounters, TransportOptions } from "./transport.ts";
import type { ViewSource } from "./views.ts";

export interface RoleOptions {
  readonly role: Role;
  readonly config: ServerConfig;
  /** Null: plain TCP. */
  readonly certificate: Certificate | null;
  readonly realm: Realm;
  /** Names the code that steps events. */
  readonly build: string;
  /** Of its journal; the current one, if there is one, encrypts it. */
  readonly keys: JournalKeys;
  /**
   * Where the follower's thread finds the role's features: the URL of a module, or null when they
   * are the built-in ones. Left out: nowhere, so that there is no follower.
   */
  readonly featuresModule?: string | null;
  /** Makes them once the folder is locked; `port` is asked for while the role listens. */
  readonly performers: (port: () => number) => Readonly<Record<string, Performer>>;
  readonly log: Log;
}

/** How a role has ended. */
export interface RoleEnd {
  readonly code: number;
  /** One line; empty for an end without anything to say. */
  readonly message: string;
}

/** Something failed under way; a restart may help. The host's own number for that. */
const internalErrorCode = 70;

type State = "idle" | "starting" | "serving" | "ending" | "ended";

export class RoleServer {
  readonly role: Role;
  readonly ended: Promise<RoleEnd>;
  readonly #options: RoleOptions;
  readonly #folder: string;
  readonly #lock: FolderLock;
  readonly #platform: Platform;
  readonly #host: Host;
  readonly #follower: FollowerThread | null;
  #state: State = "idle";
  #draining = false;
  #listenFailure: string | null = null;
  #started: { resolve(): void; reject(error: StartError): void } | null = null;
  #resolveEnded: (end: RoleEnd) => void = () => undefined;

  /**
   * Locks the role's folder and makes what works in it.
   *
   * @throws StartError when the folder is locked or cannot be used
   */
  static open(options: RoleOptions): RoleServer {
    const folder = join(options.config.dataDir, options.role);
    const lock = lockFolder(folder);
    try {
      return new RoleServer(options, folder, lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  private constructor(options: RoleOptions, folder: string, lock: FolderLock) {
    this.#options = options;
    this.role = options.role;
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
    this.#folder = folder;
    this.#lock = lock;
    this.#platform = this.#makePlatform(folder);
    this.#follower = this.#makeFollower();
    this.#host = this.#makeHost(this.#follower);
  }

  /**
   * Recovers, then listens. Resolves once it does.
   *
   * @throws StartError when it cannot; `ended` then resolves, too
   */
  start(): Promise<void> {
    invariant(this.#state === "idle", "a role starts once", this.#state);
    this.#state = "starting";
    return new Promise((resolve, reject) => {
      this.#started = { resolve, reject };
      this.#platform.start(this.#host);
    });
  }

  /** Takes the order that an operator has left in the role's folder, if there is one. */
  async readOrder(): Promise<void> {
    const order = await takeCaptureOrder(this.#folder);
    if (order !== null) this.#platform.driver.deliver(() => this.#host.capture(order));
  }

  /** Asks for an orderly end; a second time, for one at once. */
  drain(): void {
    this.#draining = true;
    if (this.#state === "idle") void this.#end({ code: 0, message: "" });
    else this.#platform.driver.drain();
  }

  get health(): Health {
    if (this.#state === "ending" || this.#state === "ended") return "stopped";
    if (this.#draining || this.#host.phase === "draining") return "draining";
    return this.#state === "serving" && this.#host.phase === "serving" ? "serving" : "starting";
  }

  get connectionCount(): number {
    return this.#host.connectionCount();
  }

  /** The port that is listened on, or null. */
  get port(): number | null {
    return this.#platform.transport.port;
  }

  get url(): string {
    const { certificate, config } = this.#options;
    const address = addressOf(config);
    const scheme = certificate === null ? "tcp" : "tls";
    const host = address.includes(":") ? `[${address}]` : address;
    return `${scheme}://${host}:${this.port ?? 0}`;
  }

  /** What the start found in the journal; null when there was none. */
  get recovered(): RecoverySummary | null {
    return this.#host.recovered;
  }

  /** What its features show of their state. */
  get views(): ViewSource {
    // A view is of a state between two steps, and of none that is being rebuilt.
    const machine = this.health === "serving" ? this.#host.machine() : null;
    return {
      isServing: machine !== null,
      names: machine?.views ?? [],
      read: (name) => machine?.view(name),
    };
  }

  metrics(): readonly MetricsSource[] {
    const labels = { role: this.role };
    const { transport, driver } = this.#platform;
    return [
      { prefix: "reprise_", labels, entries: () => this.#host.counters.entries() },
      {
        prefix: "reprise_",
        labels,
        entries: () => platformEntries(transport.counters, driver.counters),
      },
    ];
  }

  /** A second is over: figures that belong to one begin anew. */
  sampled(): void {
    this.#platform.driver.counters.timerLatenessMaxMicros = 0;
  }

  #makePlatform(folder: string): Platform {
    const { log, performers } = this.#options;
    return new Platform({
      folder,
      performers: performers(() => this.port ?? 0),
      transport: (completions, acceptFailed) => this.#makeTransport(completions, acceptFailed),
      log: (level, message, fields) => log.write(level, message, fields, this.role),
      exit: (code, message) => void this.#end({ code, message: this.#named(message) }),
      events: {
        // The host hears of it in its next turn, which was asked for before this.
        listening: () => void setImmediate(() => this.#listening()),
        listenFailed: (message) => (this.#listenFailure = message),
        failed: (error) => this.#failed(error),
      },
    });
  }

  #makeTransport(completions: Completions, acceptFailed: (code: string) => void): Transport {
    const { certificate, config, role } = this.#options;
    const options = transportOptions(config, role);
    if (certificate === null) return new TcpTransport(options, completions, acceptFailed);
    const { cert, key } = certificate;
    const { minVersion, ciphers, curves } = config.tls;
    const tls = { cert, key, minVersion, ciphers, curves };
    const plaintextReply = wrongTransportFrame(config.host.lengthEndian);
    return new TlsTransport({ ...options, tls, plaintextReply }, completions, acceptFailed);
  }

  #makeFollower(): FollowerThread | null {
    const { config, role, build, featuresModule, keys, log } = this.#options;
    if (role === "data" || config.checkpoint.follower === "off") return null;
    if (featuresModule === undefined) {
      log.write("info", "no follower: its thread cannot find the features", {}, role);
      return null;
    }
    const options = {
      folder: this.#folder,
      role,
      build,
      config: hostConfigOf(config, role),
      featuresModule,
      keys: keyBytesOf(keys),
    };
    const platform = this.#platform;
    return new FollowerThread(options, {
      reported: (report) => {
        if (report.type === "deleted") platform.forgetFiles(report.paths);
        platform.driver.deliver(() => this.#host.followed(report));
      },
      logged: ({ level, message, fields }) => platform.log(level, message, fields),
    });
  }

  #makeHost(follower: FollowerThread | null): Host {
    const { config, role, realm, build, keys } = this.#options;
    const { node, v8 } = process.versions;
    return createHost({
      config: hostConfigOf(config, role),
      realm,
      realmConfig: { ...realmConfigOf(config) },
      syscalls: this.#platform,
      identity: { build, node, v8, protocol: protocolRange.max },
      checksum: zlibChecksum,
      stackOf,
      keys,
      starts: this.#startRecord(),
      ...(follower === null ? {} : { follower }),
    });
  }

  /** The performers have been made: there is a name that calls are made under. */
  #startRecord(): StartRecord {
    const { log, role } = this.#options;
    const message = "the number of this start cannot be kept beside the journal";
    return startRecord(this.#folder, (file, code) =>
      log.write("warn", message, { file, code }, role),
    );
  }

  #listening(): void {
    if (this.#state !== "starting") return;
    this.#state = "serving";
    this.#started?.resolve();
    this.#started = null;
  }

  #failed(error: unknown): void {
    const text = stackOf(error) ?? String(error);
    this.#options.log.write("error", "the host has failed", { error: text }, this.role);
    const first = text.split("\n", 1)[0] ?? "";
    const message = this.#named(`internal error, see the log: ${first}`);
    void this.#end({ code: internalErrorCode, message });
  }

  /** Says which of several roles it was, and where its files are. */
  #named(message: string): string {
    return message === "" ? "" : `${this.role} (${this.#folder}): ${message}`;
  }

  async #end(end: RoleEnd): Promise<void> {
    if (this.#state === "ending" || this.#state === "ended") return;
    this.#state = "ending";
    this.#started?.reject(this.#startError(end));
    this.#started = null;
    await this.#follower?.close();
    if (end.code === 0) await this.#platform.settled();
    await this.#platform.destroy();
    this.#lock.release();
    this.#state = "ended";
    this.#resolveEnded(end);
  }

  #startError({ code, message }: RoleEnd): StartError {
    if (this.#listenFailure !== null)
      return new StartError("PORT_UNAVAILABLE", this.#listenFailure);
    if (code === 0) return new StartError("STOPPED", stoppedMessage, 0);
    return new StartError("RECOVERY_FAILED", message, code);
  }
}

const stackOf = (error: unknown): string | null =>
  error instanceof Error ? (error.stack ?? error.message) : null;

function transportOptions(config: ServerConfig, role: Role): TransportOptions {
  const { host, ports } = config;
  const { connectionsMax } = hostConfigOf(config, role);
  return {
    role,
    portKey: `ports.${role}`,
    address: addressOf(config),
    port: role === "data" ? 0 : ports[role],
    backlog: host.backlog,
    noDelay: host.noDelay,
    // Room for as many handshakes as connections: the host's own cap answers before this one does.
    socketsMax: 2 * connectionsMax + 256,
    handshakeTimeoutMs: host.handshakeTimeoutMs,
    flushTimeoutMs: host.flushTimeoutMs,
  };
}

function* platformEntries(
  transport: TransportCounters,
  driver: DriverCounters,
): Generator<CounterEntry> {
  const entry = (name: string, help: string, value: number): CounterEntry => ({
    name,
    help,
    value,
    labels: {},
    kind: name.endsWith("_total") ? "counter" : "gauge",
  });
  yield entry(
    "sockets_dropped_total",
    "Connections closed at once because too many sockets were open",
    transport.socketsDropped,
  );
  yield entry("accept_errors_total", "Accepts that failed", transport.acceptErrors);
  yield entry(
    "wrong_transport_total",
    "Clients that spoke TLS to a plain port or plain text to a TLS port",
    transport.wrongTransport,
  );
  yield entry("handshakes_pending", "Connections that are shaking hands", transport.handshaking);
  yield entry("timer_turns_total", "Turns that a timer asked for", driver.timerTurns);
  yield entry(
    "timer_lateness_max_seconds",
    "How late the latest timer of the last second was",
    driver.timerLatenessMaxMicros / 1e6,
  );
}

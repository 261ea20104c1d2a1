/** The simulated arm: a process and its machine, and clients on the same simulated network. */
import type { FileOperation, FileResult, RequestId } from "../../src/core/contract.ts";
import { Performers } from "../../src/sim/calls.ts";
import { refusalOf } from "../../src/sim/clients/driver.ts";
import { ClientLink } from "../../src/sim/clients/link.ts";
import { MachineClock } from "../../src/sim/clock.ts";
import { Decisions } from "../../src/sim/decisions.ts";
import { Disk } from "../../src/sim/disk.ts";
import { FaultCounters } from "../../src/sim/faults.ts";
import { IoLoop } from "../../src/sim/loop.ts";
import { Machine, Network } from "../../src/sim/network/network.ts";
import { Stream } from "../../src/sim/network/stream.ts";
import { clientHello } from "../../src/sim/network/tls.ts";
import type { Endpoint } from "../../src/sim/network/tcp.ts";
import { calmOptions } from "../../src/sim/options.ts";
import { SimulatedProcess } from "../../src/sim/process/process.ts";
import { Scheduler } from "../../src/sim/scheduler.ts";
import { Bytes } from "./arm.ts";
import type {
  Arm,
  BarePeer,
  ConformanceServer,
  Greeting,
  Peer,
  ServerOptions,
  SpoiltConnection,
} from "./arm.ts";
import { ClientPeer } from "./client-peer.ts";
import { RecordingHost } from "./recording-host.ts";

/** As the platform's loopback has them: room for some hundred thousand bytes. */
const bufferBytes = 200_000;

export const simulatedArm: Arm = {
  name: "simulated",
  start: (options) => startSimulated(options),
};

/** The same, with what only a simulated network can do. */
export async function startSimulated(options: ServerOptions = {}): Promise<SimulatedServer> {
  const server = new SimulatedServer(options);
  await server.until("the server listens", () => server.host.told.includes("listening"));
  return server;
}

/** Less than any timer of a connection, more than all that happens between two programs. */
const settlingMicros = 100_000;

class SimulatedServer implements ConformanceServer {
  readonly host: RecordingHost;
  readonly #options: ServerOptions;
  readonly #scheduler = new Scheduler();
  readonly #machine = new Machine();
  readonly #wires = { ...calmOptions.network, delayMicros: 0, receiveBufferBytes: bufferBytes };
  readonly #network: Network;
  readonly #links: ClientLink[] = [];
  readonly #common;
  #clients = 0;
  #requests = 0;
  readonly #running: SimulatedProcess[] = [];

  constructor(options: ServerOptions) {
    this.#options = options;
    const decisions = Decisions.planned(badPaths());
    this.#common = { scheduler: this.#scheduler, decisions, faults: new FaultCounters() };
    this.#network = new Network({ ...this.#common, options: this.#wires });
    this.host = this.#startProcess();
  }

  connect(greeting: Greeting = "right"): BarePeer {
    this.#clients += 1;
    return this.#connect(`${String(this.#clients)}.1`, greeting);
  }

  connectBadly(greeting: Greeting = "right"): Promise<SpoiltConnection> {
    const peer = this.#connect(badName, greeting);
    return Promise.resolve({ peer, goBad: ignore });
  }

  /** Of all connections that there are the other ends are gone, without a word. */
  vanish(): void {
    for (const link of this.#network.links) link.cut();
  }

  /** Begins to connect to where nobody answers. */
  connectNowhere(): { readonly bare: BarePeer; readonly client: Peer } {
    return { bare: this.#connect(`${nowhere}-bare.1`, "text"), client: this.#client(nowhere) };
  }

  /** Begins to connect to where this machine, or another on the way, knows no way to. */
  connectWithoutRoute(code: Unroutable): { readonly bare: BarePeer; readonly client: Peer } {
    return { bare: this.#connect(`${code}-bare.1`, "text"), client: this.#client(code) };
  }

  /** Connects when the server's process has no descriptor left. */
  connectCrowded(): BarePeer {
    return this.#connect(`${crowded}.1`, "right");
  }

  /** Stops the server's processes and lets them go on: SIGSTOP and SIGCONT. */
  stopProcesses(): void {
    for (const process of this.#running) process.suspend();
  }

  goOn(): void {
    for (const process of this.#running) process.goOn();
  }

  #connect(name: string, greeting: Greeting): BarePeer {
    const peer = new SimulatedPeer();
    const isSecure =
      greeting.startsWith("tls") || (greeting !== "text" && this.#options.security === "tls");
    const fault = greeting === "tls 1.1" ? "unacceptable" : null;
    const remote = `10.0.0.1:${String(40_000 + this.#clients)}`;
    this.#network.connect(
      { name, remote, target: this.#machine },
      {
        failed: (code) => {
          peer.code = code;
          peer.closed = true;
        },
        connected: (link) => {
          const loop = new IoLoop(
            this.#scheduler,
            () => 10,
            () => undefined,
          );
          const secure = isSecure ? ({ role: "client", computeMicros: 0, fault } as const) : null;
          peer.begin(
            (events) =>
              new Stream(
                {
                  scheduler: this.#scheduler,
                  loop,
                  endpoint: link.client,
                  secure,
                  allowHalfOpen: true,
                },
                events,
              ).open(),
            { isOpen: !isSecure, endpoint: link.client },
          );
        },
      },
    );
    return peer;
  }

  client(): Peer {
    this.#clients += 1;
    return this.#client(String(this.#clients));
  }

  #client(link: string): Peer {
    const parts = {
      ...this.#common,
      network: this.#network,
      target: this.#machine,
      handshake: calmOptions.handshake,
      wires: this.#wires,
      security: this.#options.security ?? "plain",
      observer: { sent: ignore, received: ignore, left: ignore },
    };
    const name = { link, address: this.#clients };
    const links: ClientLink[] = [];
    const peer = new ClientPeer((events) => {
      let isOpen = false;
      const made = new ClientLink(parts, name, {
        ...events,
        opened: () => {
          isOpen = true;
          events.opened();
        },
        closed: (code) => events.closed(code === null ? null : refusalOf(code, isOpen)),
      });
      links.push(made);
      return made;
    }, ignore);
    this.#links.push(...links);
    return peer;
  }

  until(what: string, holds: () => boolean): Promise<void> {
    const deadline = this.#scheduler.nowMicros + 60_000_000;
    while (!holds()) {
      if (this.#scheduler.nowMicros > deadline) throw new Error(`waited in vain: ${what}`);
      this.#scheduler.runUntil(this.#scheduler.nowMicros + 100);
    }
    return Promise.resolve();
  }

  settle(): Promise<void> {
    // The end of the turn in which they have written.
    for (const link of this.#links) link.flush();
    this.#scheduler.runUntil(this.#scheduler.nowMicros + settlingMicros);
    return Promise.resolve();
  }

  transmit(): void {
    this.#scheduler.runUntil(this.#scheduler.nowMicros);
  }

  async file(operation: FileOperation): Promise<FileResult> {
    this.#requests += 1;
    const request = this.#requests as RequestId;
    this.host.syscalls.file(request, operation);
    await this.until("the file operation", () => this.host.fileResults.has(request));
    const result = this.host.fileResults.get(request);
    if (result === undefined) throw new Error("the file operation has no result");
    return result;
  }

  async rival(): Promise<RecordingHost> {
    const host = this.#startProcess();
    await this.until("the rival to be told", () => host.told.length > 0);
    return host;
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  #startProcess(): RecordingHost {
    const hosts: RecordingHost[] = [];
    const { flushTimeoutMs = 5_000, handshakeTimeoutMs = 5_000 } = this.#options;
    const process = new SimulatedProcess(
      {
        ...this.#common,
        name: `server.${String(this.#running.length + 1)}`,
        options: calmOptions.process,
        follower: calmOptions.follower,
        handshake: { ...calmOptions.handshake, timeoutMicros: handshakeTimeoutMs * 1_000 },
        machine: this.#machine,
        clock: new MachineClock({ ...this.#common, options: calmOptions.clock }, "server"),
        disk: new Disk({ ...this.#common, options: calmOptions.disk }, "server"),
        performers: new Performers(
          { ...this.#common, name: "calls", options: calmOptions.calls },
          {},
        ),
        entropy: [1, 2, 3, 4],
        security: this.#options.security ?? "plain",
        backlog: 100,
        flushTimeoutMicros: flushTimeoutMs * 1_000,
        plaintextReply: Uint8Array.of(1, 2, 3),
        observer: nobody,
        events: {
          ended: () => undefined,
          logged: () => undefined,
          listening: () => undefined,
          turned: () => undefined,
          asked: () => undefined,
        },
      },
      ({ syscalls, producers }) => {
        const host = new RecordingHost(syscalls, producers);
        hosts.push(host);
        return host;
      },
    );
    this.#running.push(process);
    process.start();
    const [host] = hosts;
    if (host === undefined) throw new Error("the process made no host");
    return host;
  }
}

class SimulatedPeer implements BarePeer {
  readonly received = new Bytes();
  readonly told: (string | number)[] = [];
  opened = false;
  ended = false;
  closed = false;
  code: string | null = null;
  #stream: Stream | null = null;
  #endpoint: Endpoint | null = null;
  /** Orders from before there was a connection. */
  #early: ((stream: Stream) => void)[] = [];

  begin(
    open: (events: ConstructorParameters<typeof Stream>[1]) => Stream,
    { isOpen, endpoint }: { readonly isOpen: boolean; readonly endpoint: Endpoint },
  ): void {
    this.#endpoint = endpoint;
    const stream = open({
      data: (bytes) => {
        this.received.push(bytes);
        this.told.push(bytes.length);
      },
      end: () => {
        this.told.push("ended");
        this.ended = true;
      },
      close: (code) => {
        this.closed = true;
        this.code ??= code;
        this.told.push(`closed ${String(this.code)}`);
      },
      written: () => undefined,
      secured: () => {
        this.#open(stream);
      },
      insecure: () => stream.destroy("EPROTO"),
    });
    if (isOpen) this.#open(stream);
  }

  write(bytes: Uint8Array): void {
    this.#order((stream) => stream.write(bytes));
  }

  end(): void {
    this.#order((stream) => stream.end());
  }

  destroy(): void {
    this.#order((stream) => stream.destroy());
  }

  reset(): void {
    this.#order((stream) => stream.reset());
  }

  renegotiate(): void {
    this.below(clientHello());
  }

  below(bytes: Uint8Array): void {
    this.#endpoint?.send(bytes);
  }

  endBelow(): void {
    this.#endpoint?.shutdown();
  }

  pause(): void {
    this.#order((stream) => stream.pause());
  }

  resume(): void {
    this.#order((stream) => stream.resume());
  }

  #open(stream: Stream): void {
    this.opened = true;
    this.#stream = stream;
    for (const order of this.#early.splice(0)) order(stream);
  }

  #order(order: (stream: Stream) => void): void {
    if (this.#stream === null) this.#early.push(order);
    else order(this.#stream);
  }
}

/** The connection of `connectBadly`. */
const badName = "bad.1";
/** The links of `connectNowhere`. */
const nowhere = "nowhere";
/** Those of `connectWithoutRoute`, by which the attempt is told what. */
type Unroutable = "EHOSTUNREACH" | "ENETUNREACH";
/** The link of `connectCrowded`. */
const crowded = "crowded";

/** Behind its handshake, which is two writes each way, a bit of each write is changed. */
function badPaths(): ReadonlyMap<string, number | boolean> {
  const at = 8 * 20;
  const plan = new Map<string, number | boolean>();
  for (let write = 2; write < 22; write += 1) {
    plan.set(`network/${badName}/toServer/corrupt#${String(write)}`, at);
    plan.set(`network/${badName}/toClient/corrupt#${String(write)}`, at);
  }
  plan.set(`network/${nowhere}-bare.1/unanswered#0`, true);
  plan.set(`network/${nowhere}.1/unanswered#0`, true);
  for (const [index, code] of (["EHOSTUNREACH", "ENETUNREACH"] as const).entries()) {
    plan.set(`network/${code}-bare.1/unreachable#0`, index + 1);
    plan.set(`network/${code}.1/unreachable#0`, index + 1);
  }
  plan.set(`process/accept/${crowded}.1#0`, 2);
  return plan;
}

const ignore = (): void => undefined;

const nobody = {
  opened: () => undefined,
  handshakeFailed: () => undefined,
  received: () => undefined,
  written: () => undefined,
  closed: () => undefined,
};

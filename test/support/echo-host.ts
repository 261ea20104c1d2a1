/**
 * A host that echoes bytes and writes down what it was told: the smallest `HostPort` that exercises
 * every system call of a socket. The pieces of `src/io` are tested with it apart from the core.
 */
import type {
  FileResult,
  HostPort,
  PeerAddress,
  Producer,
  RequestId,
  SocketId,
  Syscalls,
} from "../../src/core/contract.ts";
import type { CallId, Micros } from "../../src/core/kernel/ids.ts";

export type Told =
  | { readonly type: "opened"; readonly socket: SocketId; readonly peer: PeerAddress }
  | { readonly type: "handshakeFailed"; readonly remote: string; readonly reason: string }
  | { readonly type: "received"; readonly socket: SocketId; readonly bytes: Uint8Array }
  | { readonly type: "drained"; readonly socket: SocketId; readonly unsentBytes: number }
  | { readonly type: "ended"; readonly socket: SocketId }
  | { readonly type: "closed"; readonly socket: SocketId; readonly code: string | null }
  | { readonly type: "listening" }
  | { readonly type: "listenFailed"; readonly code: string; readonly message: string };

export interface EchoRules {
  /** What to do with bytes; echoes them when left out. */
  readonly onReceived?: (host: EchoHost, socket: SocketId, bytes: Uint8Array) => void;
  readonly onOpened?: (host: EchoHost, socket: SocketId) => void;
  /** How to close a socket whose peer has ended; `flush` when left out. */
  readonly tickMicros?: number;
}

export class EchoHost implements HostPort, Producer {
  readonly producers: readonly Producer[] = [this];
  /** Everything that was told, in order. */
  readonly told: Told[] = [];
  readonly open = new Set<SocketId>();
  readonly rules: EchoRules;
  readonly syscalls: Syscalls;
  turns = 0;
  /** Ticks run, and how late each was, microseconds. */
  readonly tickLateness: number[] = [];
  #pending: Told[] = [];
  #inTurn = false;
  #drain = false;
  #nextTick: Micros | null = null;

  constructor(syscalls: Syscalls, rules: EchoRules = {}) {
    this.syscalls = syscalls;
    this.rules = rules;
  }

  start(): void {
    this.syscalls.listen();
    const { tickMicros } = this.rules;
    if (tickMicros !== undefined) {
      this.#nextTick = (this.syscalls.monotonic() + tickMicros) as Micros;
    }
  }

  turn(): void {
    this.turns += 1;
    this.#inTurn = true;
    this.#tick();
    const pending = this.#pending;
    this.#pending = [];
    for (const told of pending) this.#handle(told);
    if (this.#drain && this.open.size === 0) this.syscalls.exit(0, "drained");
    this.#inTurn = false;
  }

  nextTurn(): Micros | null {
    return this.#nextTick;
  }

  drain(): void {
    this.#drain = true;
    this.syscalls.stopListening();
    for (const socket of this.open) this.syscalls.closeSocket(socket, "flush");
  }

  socketOpened(socket: SocketId, peer: PeerAddress): void {
    this.open.add(socket);
    this.#tell({ type: "opened", socket, peer });
  }

  handshakeFailed(remote: string, reason: string): void {
    this.#tell({ type: "handshakeFailed", remote, reason });
  }

  received(socket: SocketId, bytes: Uint8Array): void {
    this.#tell({ type: "received", socket, bytes });
  }

  writeDrained(socket: SocketId, unsentBytes: number): void {
    this.#tell({ type: "drained", socket, unsentBytes });
  }

  socketEnded(socket: SocketId): void {
    this.#tell({ type: "ended", socket });
  }

  socketClosed(socket: SocketId, code: string | null): void {
    this.open.delete(socket);
    this.#tell({ type: "closed", socket, code });
  }

  listening(): void {
    this.#tell({ type: "listening" });
  }

  listenFailed(code: string, message: string): void {
    this.#tell({ type: "listenFailed", code, message });
  }

  fileDone(_request: RequestId, _result: FileResult): void {
    throw new Error("the echo host orders no files");
  }

  callDone(_call: CallId): void {
    throw new Error("the echo host orders no calls");
  }

  reconfigure(): void {
    throw new Error("the echo host has no configuration");
  }

  ofType<T extends Told["type"]>(type: T): readonly Extract<Told, { type: T }>[] {
    return this.told.filter((told) => told.type === type) as Extract<Told, { type: T }>[];
  }

  #tell(told: Told): void {
    if (this.#inTurn) throw new Error(`${told.type} was told inside a turn`);
    this.told.push(told);
    this.#pending.push(told);
  }

  #handle(told: Told): void {
    if (told.type === "opened") this.rules.onOpened?.(this, told.socket);
    if (told.type === "received") {
      const { onReceived } = this.rules;
      if (onReceived === undefined) this.syscalls.write(told.socket, told.bytes);
      else onReceived(this, told.socket, told.bytes);
    }
    if (told.type === "ended") this.syscalls.closeSocket(told.socket, "flush");
  }

  #tick(): void {
    const { tickMicros } = this.rules;
    const now = this.syscalls.monotonic();
    if (tickMicros === undefined || this.#nextTick === null || now < this.#nextTick) return;
    this.tickLateness.push(now - this.#nextTick);
    this.#nextTick = (this.#nextTick + tickMicros) as Micros;
  }
}

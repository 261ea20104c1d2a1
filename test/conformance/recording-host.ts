/** A host that does nothing but write down what it is told, in words, and pass orders on. */
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
import { Bytes } from "./arm.ts";
import { merged } from "./script.ts";

export class RecordingHost implements HostPort {
  readonly producers: readonly Producer[];
  readonly syscalls: Syscalls;
  /** Of sockets, in order: `1 opened`, `1 received`, `1 closed ECONNRESET`, ... */
  readonly told: string[] = [];
  readonly received = new Map<SocketId, Bytes>();
  readonly remotes = new Map<SocketId, PeerAddress>();
  readonly fileResults = new Map<RequestId, FileResult>();
  /** Monotonic times of the turns. */
  readonly turns: Micros[] = [];
  readonly #stories = new Map<SocketId, (string | number)[]>();
  readonly #unsent = new Map<SocketId, number>();
  /** How many of them there were of sockets. */
  events = 0;
  /** What `nextTurn` says. */
  wantedTurn: Micros | null = null;

  constructor(syscalls: Syscalls, producers = 1) {
    this.syscalls = syscalls;
    this.producers = Array.from({ length: producers }, () => this.#producer());
  }

  start(): void {
    this.syscalls.listen();
  }

  turn(): void {
    const now = this.syscalls.monotonic();
    this.turns.push(now);
    if (this.wantedTurn !== null && this.wantedTurn <= now) this.wantedTurn = null;
  }

  nextTurn(): Micros | null {
    return this.wantedTurn;
  }

  listening(): void {
    this.told.push("listening");
  }

  listenFailed(code: string): void {
    this.told.push(`listenFailed ${code}`);
  }

  drain(): void {
    this.told.push("drain");
  }

  fileDone(request: RequestId, result: FileResult): void {
    this.fileResults.set(request, result);
  }

  callDone(call: CallId): void {
    this.told.push(`callDone ${String(call)}`);
  }

  reconfigure(): void {
    this.told.push("reconfigure");
  }

  /** What was told of one socket, without its number; reads only once in a row. */
  of(socket: SocketId): string[] {
    const prefix = `${String(socket)} `;
    const own = this.told.filter((line) => line.startsWith(prefix));
    const words = own.map((line) => line.slice(prefix.length));
    return words.filter((word, index) => word !== "received" || words[index - 1] !== "received");
  }

  /** What was told of one socket, with the bytes counted. */
  story(socket: SocketId): string[] {
    return merged(this.#stories.get(socket) ?? []);
  }

  /** What was last told of unsent bytes of a socket; null: nothing yet. */
  unsentOf(socket: SocketId): number | null {
    return this.#unsent.get(socket) ?? null;
  }

  forgetDrained(): void {
    this.#unsent.clear();
  }

  /** The sockets opened so far, in order. */
  get sockets(): SocketId[] {
    return [...this.remotes.keys()];
  }

  #told(socket: SocketId, word: string): void {
    this.events += 1;
    this.told.push(`${String(socket)} ${word}`);
    this.#stories.get(socket)?.push(word);
  }

  #producer(): Producer {
    return {
      socketOpened: (socket, peer) => {
        this.remotes.set(socket, peer);
        this.received.set(socket, new Bytes());
        this.told.push(`${String(socket)} opened`);
        this.#stories.set(socket, ["opened"]);
      },
      handshakeFailed: (_remote, reason) => this.told.push(`handshakeFailed ${reason}`),
      received: (socket, bytes) => {
        this.events += 1;
        this.received.get(socket)?.push(bytes);
        this.told.push(`${String(socket)} received`);
        this.#stories.get(socket)?.push(bytes.length);
      },
      writeDrained: (socket, unsentBytes) => {
        this.events += 1;
        this.#unsent.set(socket, unsentBytes);
      },
      socketEnded: (socket) => this.#told(socket, "ended"),
      socketClosed: (socket, code) => this.#told(socket, `closed ${String(code)}`),
    };
  }
}

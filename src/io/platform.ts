/**
 * The system calls of one role on the real machine: what the core orders goes to the piece that
 * does it, and what comes of it returns through the driver. There is no decision in this file.
 */
import { randomFillSync } from "node:crypto";
import type {
  CloseMode,
  FileOperation,
  HostPort,
  LogFields,
  LogLevel,
  RequestId,
  SocketId,
  Syscalls,
} from "../core/contract.ts";
import type { CallId, Micros } from "../core/kernel/ids.ts";
import type { PlainData } from "../core/kernel/plain.ts";
import { monotonicMicros, wallMicros } from "./clock.ts";
import type { Completions } from "./completions.ts";
import { Driver } from "./driver.ts";
import type { DriverEvents } from "./driver.ts";
import { Files } from "./files.ts";
import { defaultPerformerLimits, Performers } from "./performers.ts";
import type { Performer } from "./performers.ts";
import type { Transport } from "./transport.ts";

export interface PlatformOptions {
  /** The role's data folder; it exists and is locked. */
  readonly folder: string;
  readonly performers: Readonly<Record<string, Performer>>;
  /** Makes the transport, given where its completions go. */
  readonly transport: (completions: Completions, acceptFailed: (code: string) => void) => Transport;
  readonly log: (level: LogLevel, message: string, fields: LogFields) => void;
  /** The host has ended, or cannot go on. Told at least once; the first counts. */
  readonly exit: (code: number, message: string) => void;
  readonly events: DriverEvents;
}

export class Platform implements Syscalls {
  readonly driver: Driver;
  readonly transport: Transport;
  readonly #options: PlatformOptions;
  readonly #files: Files;
  readonly #performers: Performers;

  constructor(options: PlatformOptions) {
    this.#options = options;
    const { log } = options;
    this.driver = new Driver(options.events);
    this.transport = options.transport(this.driver, (code) =>
      log("error", "a connection could not be accepted", { code }),
    );
    this.#files = new Files(options.folder, (request, result) =>
      this.driver.fileDone(request, result),
    );
    this.#performers = new Performers({
      performers: options.performers,
      limits: defaultPerformerLimits,
      completed: (call, result) => this.driver.callDone(call, result),
      failed: (operation, code, reason) =>
        log("warn", "a call failed", { operation, code, reason: String(reason) }),
    });
  }

  /** Starts the host that was made with this platform. */
  start(host: HostPort): void {
    this.driver.start(host);
  }

  /** Others have removed files of the folder. */
  forgetFiles(paths: readonly string[]): void {
    this.#files.forget(paths);
  }

  /** Never calls the host again, and resolves when every socket is closed in order. */
  settled(): Promise<void> {
    this.driver.stop();
    return this.transport.settled();
  }

  /** Resets what is open, ends what runs, and waits for the files that were being written. */
  async destroy(): Promise<void> {
    this.driver.stop();
    this.transport.destroy();
    this.#performers.close();
    await this.#files.close();
  }

  monotonic(): Micros {
    return monotonicMicros();
  }

  wallClock(): Micros {
    return wallMicros();
  }

  entropy(length: number): Uint8Array {
    return randomFillSync(new Uint8Array(length));
  }

  listen(): void {
    this.transport.listen();
  }

  stopListening(): void {
    this.transport.stopListening();
  }

  write(socket: SocketId, bytes: Uint8Array): number {
    return this.transport.write(socket, bytes);
  }

  pauseReading(socket: SocketId): void {
    this.transport.pauseReading(socket);
  }

  resumeReading(socket: SocketId): void {
    this.transport.resumeReading(socket);
  }

  closeSocket(socket: SocketId, mode: CloseMode): void {
    this.transport.closeSocket(socket, mode);
  }

  file(request: RequestId, operation: FileOperation): void {
    this.#files.order(request, operation);
  }

  perform(call: CallId, operation: string, request: PlainData): void {
    this.#performers.perform(call, operation, request);
  }

  log(level: LogLevel, message: string, fields: LogFields): void {
    this.#options.log(level, message, fields);
  }

  exit(code: number, message: string): void {
    this.#options.exit(code, message);
  }
}

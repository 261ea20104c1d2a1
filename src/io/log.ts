/**
 * The log: one JSON object a line, with level, time and message, through pino.
 *
 * 1. Of one message of one role at most `linesPerSecondMax` lines are written in a second, whoever
 *    causes them; then one line says how many were left out. A message is its text; what varies is
 *    in fields.
 * 2. Logging never waits for the reader. Lines wait in memory, at most `waitingBytesMax`; then they
 *    are dropped and counted.
 * 3. There is nothing to redact: secrets do not reach the core, and nothing else logs packets.
 * 4. No key stands in a line twice. A field that is called as one of the line's own (`ownKeys`) is
 *    written with an underscore behind its name, as `message_`.
 */
import { openSync } from "node:fs";
import { pino } from "pino";
import type { LogFields, LogLevel } from "../core/contract.ts";

export interface LogOptions {
  readonly level: LogLevel;
  /** `stdout`, `stderr` or the path of a file, which is appended to. */
  readonly destination: string;
  readonly linesPerSecondMax: number;
}

export interface LogCounters {
  /** Lines left out by 1. */
  suppressed: number;
  /** Lines lost by 2. */
  dropped: number;
}

type Destination = ReturnType<typeof pino.destination>;

const waitingBytesMax = 8 * 1_048_576;
/** Messages are constants in the code; should one not be, the rest shares one line's budget. */
const messagesMax = 1_000;
const otherMessages = "other messages";
/** What every line has, or may have, besides its fields. */
const ownKeys: ReadonlySet<string> = new Set(["level", "time", "message", "role"]);
const windowMs = 1_000;

/** One message's lines in the second that began at `since`. */
interface Window {
  readonly level: LogLevel;
  readonly role: string | null;
  since: number;
  lines: number;
  suppressed: number;
}

export class Log {
  readonly counters: LogCounters = { suppressed: 0, dropped: 0 };
  readonly #pino: pino.Logger;
  readonly #destination: Destination;
  readonly #linesMax: number;
  /** By role, then by message. */
  readonly #windows = new Map<string | null, Map<string, Window>>();
  #timer: NodeJS.Timeout | null = null;

  /**
   * Opens a log.
   *
   * @throws Error when the file cannot be opened
   */
  static open(options: LogOptions): Log {
    return new Log(options, openDestination(options.destination));
  }

  private constructor({ level, linesPerSecondMax }: LogOptions, destination: Destination) {
    this.#linesMax = linesPerSecondMax;
    this.#destination = destination;
    destination.on("drop", () => {
      this.counters.dropped += 1;
    });
    this.#pino = pino(
      {
        level,
        base: null,
        messageKey: "message",
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      destination,
    );
  }

  /**
   * @param message a constant text; what varies goes into `fields`
   * @param role whose line it is; null: the whole process's
   */
  write(
    level: LogLevel,
    message: string,
    fields: LogFields = {},
    role: string | null = null,
  ): void {
    if (!this.#pino.isLevelEnabled(level)) return;
    if (this.#admits(level, message, role)) this.#print(level, message, role, fields);
  }

  /** Ends the log and resolves when every line is written. */
  close(): Promise<void> {
    for (const [message, window] of this.#all()) this.#end(message, window);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    return new Promise((resolve) => {
      this.#destination.once("close", () => resolve());
      this.#destination.end();
    });
  }

  /** Writes at once what waits, perhaps before a line that is just being written. For a crash. */
  flush(): void {
    this.#destination.flushSync();
  }

  #admits(level: LogLevel, message: string, role: string | null): boolean {
    let windows = this.#windows.get(role);
    if (windows === undefined) this.#windows.set(role, (windows = new Map()));
    const known = windows.has(message) || windows.size < messagesMax;
    const key = known ? message : otherMessages;
    const now = performance.now();
    let window = windows.get(key);
    if (window !== undefined && now - window.since >= windowMs) {
      this.#end(key, window);
      window = undefined;
    }
    if (window === undefined) {
      window = { level, role, since: now, lines: 0, suppressed: 0 };
      windows.set(key, window);
      this.#timer ??= setTimeout(() => this.#ticked(), windowMs).unref();
    }
    if (window.lines < this.#linesMax) {
      window.lines += 1;
      return true;
    }
    window.suppressed += 1;
    this.counters.suppressed += 1;
    return false;
  }

  #ticked(): void {
    this.#timer = null;
    const now = performance.now();
    let left = 0;
    for (const [message, window] of this.#all()) {
      if (now - window.since >= windowMs) this.#end(message, window);
      else left += 1;
    }
    if (left > 0) this.#timer = setTimeout(() => this.#ticked(), windowMs).unref();
  }

  /** Tells what was left out. */
  #end(message: string, { level, role, suppressed }: Window): void {
    this.#windows.get(role)?.delete(message);
    if (suppressed > 0) this.#print(level, message, role, { suppressed });
  }

  /** Windows with their messages, of all roles. */
  *#all(): Generator<[string, Window]> {
    for (const windows of this.#windows.values()) yield* windows;
  }

  #print(level: LogLevel, message: string, role: string | null, fields: LogFields): void {
    const own = withoutOwnKeys(fields);
    this.#pino[level](role === null ? own : { role, ...own }, message);
  }
}

/** The fields themselves, unless one of them has to be renamed. */
function withoutOwnKeys(fields: LogFields): LogFields {
  if (!Object.keys(fields).some((key) => ownKeys.has(key))) return fields;
  const entries = Object.entries(fields);
  return Object.fromEntries(
    entries.map(([key, value]) => [ownKeys.has(key) ? `${key}_` : key, value]),
  );
}

function openDestination(destination: string): Destination {
  const standard = { stdout: 1, stderr: 2 }[destination];
  // A file is opened at once, so that one which cannot be written stops the start and not a line.
  const dest = standard ?? openSync(destination, "a", 0o640);
  return pino.destination({ dest, sync: false, maxLength: waitingBytesMax });
}

/**
 * What a thrown step costs. A feature's mistake costs its event; more than `failedStepsMax` of them
 * within `failedStepsWindowMs`, or one throw in our own code, costs the process, which leaves a
 * file that says where to look.
 */
import type { ConnectionId } from "../kernel/ids.ts";
import type { HostConfig } from "./config.ts";
import { exitCodes, HostExit } from "./exit.ts";
import type { FailedEvent } from "./recovery.ts";
import { connectionOf } from "./recovery.ts";
import type { StepThrew } from "./stepper.ts";

export type Verdict =
  | { readonly type: "contain"; readonly failed: FailedEvent }
  /** The process must end, with this file written first. */
  | { readonly type: "end"; readonly failure: HostExit; readonly file: FailureFile };

/** `failures/<name>`. */
export interface FailureFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export const failureFolder = "failures";

export class Containment {
  readonly #config: HostConfig;
  readonly #build: string;
  /** Monotonic times of the failures within the window. */
  #failures: number[] = [];

  constructor(config: HostConfig, build: string) {
    this.#config = config;
    this.#build = build;
  }

  judge(threw: StepThrew, now: number): Verdict {
    const { sequence: failed, event, feature } = threw;
    const windowMicros = this.#config.failedStepsWindowMs * 1_000;
    this.#failures = this.#failures.filter((at) => now - at < windowMicros);
    this.#failures.push(now);
    if (feature !== null && this.#failures.length <= this.#config.failedStepsMax) {
      return { type: "contain", failed: { failed, connection: connectionOf(event), feature } };
    }
    const file = failureFile(threw, this.#build);
    const where =
      feature === null ? "our own code" : `feature "${feature}", the last of too many in a row`;
    const failure = new HostExit(
      exitCodes.failed,
      `event ${failed} (${event.type}) threw in ${where}: ${threw.message}; see ` +
        `${this.#config.folder}/${failureFolder}/${file.name}, and run ` +
        `"reprise replay ${this.#config.folder}/journal --until ${failed}"`,
    );
    return { type: "end", failure, file };
  }
}

function failureFile(threw: StepThrew, build: string): FailureFile {
  const { sequence, event, feature, message } = threw;
  const connection: ConnectionId | null = connectionOf(event);
  const content = {
    sequence,
    event: event.type,
    at: event.at,
    connection,
    feature,
    message,
    build,
  };
  return {
    name: `${String(sequence).padStart(16, "0")}.json`,
    bytes: asciiBytes(`${JSON.stringify(content, null, 2)}\n`),
  };
}

/** JSON as ASCII: whatever else is in its strings becomes an escape. */
export function asciiBytes(json: string): Uint8Array {
  const bytes: number[] = [];
  for (let index = 0; index < json.length; index += 1) {
    const code = json.charCodeAt(index);
    if (code < 0x80) bytes.push(code);
    else
      for (const digit of `\\u${code.toString(16).padStart(4, "0")}`)
        bytes.push(digit.charCodeAt(0));
  }
  return Uint8Array.from(bytes);
}

/** A newcomer: a copy of this checkout in a folder of his own, and terminals to type into. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { listedPaths } from "../../scripts/tidy.ts";

const repository = join(import.meta.dirname, "../..");

/** Copies every file of this repository as it stands, and links its packages. */
export function checkOut(folder: string): void {
  for (const path of listedPaths()) {
    if (!existsSync(join(repository, path))) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(repository, path), join(folder, path));
  }
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"), "junction");
}

/** A command that was typed. */
export interface Run {
  readonly child: ChildProcess;
  /** What it has printed so far, errors included. */
  output: string;
  /** Its exit code or signal, once it and all that it started are over. */
  ended: number | string | null;
}

export class Newcomer {
  readonly checkout: string;
  readonly #scratch: string;
  readonly #runs: Run[] = [];

  /** @param name of what he does, for his folder's name */
  constructor(name: string) {
    this.#scratch = mkdtempSync(join(tmpdir(), `reprise-${name}-`));
    this.checkout = join(this.#scratch, "reprise");
  }

  /** Types a command into a terminal of its own, below the checkout. */
  type(command: string, environment: Readonly<Record<string, string>> = {}): Run {
    const own = Object.entries(process.env).filter(([name]) => !/^(npm_|node_|vitest)/i.test(name));
    const env = {
      ...Object.fromEntries(own),
      // npx notes every folder that it was used in: let it be one that is gone with this test.
      npm_config_cache: join(this.#scratch, "npm"),
      npm_config_update_notifier: "false",
      ...environment,
    };
    const child = spawn("bash", ["-c", command], { cwd: this.checkout, env, detached: true });
    const run: Run = { child, output: "", ended: null };
    this.#runs.push(run);
    child.stdout.on("data", (chunk: Buffer) => (run.output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (run.output += chunk.toString()));
    child.on("close", (code, signal) => (run.ended = code ?? signal));
    return run;
  }

  /** Ends what still runs, and takes the folder away. */
  async leave(): Promise<void> {
    for (const run of this.#runs) await endRun(run, "SIGKILL");
    rmSync(this.#scratch, { recursive: true, force: true });
  }
}

/** Ends a command with all that it has started: each leads a group of its own. */
export async function endRun({ child }: Run, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, "close");
  process.kill(-child.pid, signal);
  await ended;
}

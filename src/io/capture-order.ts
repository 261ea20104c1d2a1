/**
 * How an operator tells a running server to begin or end a byte capture: he leaves the order as a
 * file in the role's folder and sends the process a signal. Who may write there may read the
 * capture as well, so that nobody gets to see more by it than he could see before.
 */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { captureFolder } from "../core/journal/index.ts";
import type { CaptureOrder } from "../core/host/index.ts";
import { platformCode } from "./completions.ts";

/** Sent to the server when an order is there. Windows has no such signal. */
export const orderSignal = "SIGUSR2";

const schema = z.union([
  z.object({ type: z.literal("off") }),
  z.object({
    type: z.literal("on"),
    of: z.union([z.literal("all"), z.array(z.string().min(1)).min(1)]),
    seconds: z.int().min(1),
    bytes: z.int().min(1),
  }),
]);

/** Where an order is left for the role whose data folder it is. */
export const captureOrderPath = (folder: string): string => join(folder, captureFolder, "order");

/** Leaves an order, as a whole or not at all. */
export async function leaveCaptureOrder(folder: string, order: CaptureOrder): Promise<void> {
  const path = captureOrderPath(folder);
  await mkdir(join(folder, captureFolder), { recursive: true, mode: 0o750 });
  await writeFile(`${path}.new`, JSON.stringify(order), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** Takes the order away; null when there is none, or something else. */
export async function takeCaptureOrder(folder: string): Promise<CaptureOrder | null> {
  const path = captureOrderPath(folder);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (platformCode(error) === "ENOENT") return null;
    throw error;
  }
  await rm(path, { force: true });
  const parsed = schema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}

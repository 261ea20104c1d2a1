/** `reprise capture`: begins or ends a byte capture of a running server. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { captureOrder, type CaptureOrder } from "../../core/host/index.ts";
import { limits } from "../../core/kernel/limits.ts";
import { captureOrderPath, leaveCaptureOrder, orderSignal } from "../../io/capture-order.ts";
import { runningServers } from "../../io/run-record.ts";
import type { RunRecord } from "../../io/run-record.ts";
import { flag, integer, readArguments, text, UsageError } from "../arguments.ts";
import type { Command } from "../command.ts";
import { CommandError } from "../command-error.ts";
import { printJson } from "../output.ts";

/** A server that lives takes an order at once. */
const takenWithinMs = 5_000;

const captured = ["login", "game"] as const;

const options = {
  "data-dir": text("data"),
  role: text("game"),
  of: text("all"),
  seconds: integer(limits.captureSeconds, { min: 1, max: 86_400 }),
  bytes: integer(limits.captureBytes, { min: 1, max: 2 ** 32 }),
  json: flag(),
};

export const capture: Command = {
  name: "capture",
  summary: "begin or end a byte capture of a running server",
  help: `\
Usage: reprise capture on [--of all|ADDRESSES] [--seconds N] [--bytes N] [OPTIONS]
       reprise capture off [OPTIONS]

Has a running server of this machine write down all that clients send, as it comes, until it is
told to stop, or the time or the size is reached. Connections that are open already are not in it.
The files are DIR/ROLE/capture; "reprise replay DIR/ROLE --edge" runs the edge again on them.

WARNING: a capture has everything, passwords and tokens, too. Its files can be read by their owner
only, and are encrypted when the journal is; delete them when you are done.

  --of ADDRESSES  IP addresses with commas between them (default: all)
  --seconds N     when it ends at the latest (default ${limits.captureSeconds})
  --bytes N       how many bytes of files it makes (default ${limits.captureBytes})
  --data-dir DIR  the server's data folder (default data)
  --role ROLE     which of its servers: login or game (default game)
  --json          print one JSON object

Examples:
  reprise capture on --of 203.0.113.9 --seconds 60
  reprise replay data/game --edge`,
  async run(argv) {
    const { values, positionals } = readArguments(argv, options, ["on or off"]);
    const { role, seconds, bytes, of, json } = values;
    const [word] = positionals;
    if (word !== "on" && word !== "off") throw new UsageError(`say on or off, not "${word ?? ""}"`);
    const known = captured.find((each) => each === role);
    if (known === undefined) throw new UsageError(`--role is login or game, not "${role}"`);
    const order = captureOrder(word === "off" ? "off" : of, { seconds, bytes });
    await tell(runningOn(values["data-dir"], known), join(values["data-dir"], known), order);
    if (json) printJson({ role: known, ...order });
    else console.log(word === "on" ? `capturing ${of} for ${seconds} s at most` : "capture is off");
    return 0;
  },
};

function runningOn(dataDir: string, role: (typeof captured)[number]): RunRecord {
  const found = runningServers(dataDir).find((each) => each.role === role || each.role === "all");
  if (found !== undefined) return found;
  throw new CommandError(`no server of role ${role} is running on data folder ${dataDir}`);
}

async function tell({ pid }: RunRecord, folder: string, order: CaptureOrder): Promise<void> {
  if (process.platform === "win32") {
    throw new CommandError(
      "this needs a signal that Windows does not have: set capture.of instead",
    );
  }
  await leaveCaptureOrder(folder, order);
  process.kill(pid, orderSignal);
  for (const end = performance.now() + takenWithinMs; existsSync(captureOrderPath(folder));) {
    if (performance.now() > end) throw new CommandError(`process ${pid} does not take the order`);
    await sleep(10);
  }
}

/** `reprise kill`: ends a server as a crash would, to see what it comes back with. */
import { runningServers } from "../../io/run-record.ts";
import type { RunRecord } from "../../io/run-record.ts";
import { isRunning } from "../../io/process-identity.ts";
import { flag, readArguments, text, UsageError } from "../arguments.ts";
import { CommandError } from "../command-error.ts";
import type { Command } from "../command.ts";
import { printJson } from "../output.ts";

/** The kernel takes a killed process away at once, unless it waits for a disk. */
const goneWithinMs = 5_000;

const roleNames: readonly string[] = ["all", "login", "game", "data"];

export const kill: Command = {
  name: "kill",
  summary: "kill the running server (SIGKILL), as a crash would",
  help: `\
Usage: reprise kill [--data-dir DIR] [--role ROLE] [--json]

Sends SIGKILL to the server that has recorded itself in DIR/run.json, after making sure that the
process there is still that server. Nothing is flushed and nobody is told; start the server again
and it goes on from its journal. For an orderly end, send it SIGTERM or press Ctrl-C.

Options:
  --data-dir DIR  the server's data folder (default: data)
  --role ROLE     which one, when processes of several roles share the folder
  --json          print one JSON object`,
  async run(argv) {
    const options = { "data-dir": text("data"), role: text(null), json: flag() };
    const { values } = readArguments(argv, options);
    checkRole(values.role);
    const record = chosen(values["data-dir"], values.role);
    process.kill(record.pid, "SIGKILL");
    await gone(record);
    if (values.json) printJson({ killed: record.pid, role: record.role });
    else console.log(`killed process ${record.pid} (role ${record.role})`);
    return 0;
  },
};

function checkRole(role: string | null): void {
  if (role === null || roleNames.includes(role)) return;
  throw new UsageError(`--role is one of ${roleNames.join(", ")}, not "${role}"`);
}

function chosen(dataDir: string, role: string | null): RunRecord {
  const running = runningServers(dataDir);
  const found = role === null ? running : running.filter((record) => record.role === role);
  const [record, other] = found;
  if (record === undefined) {
    const which = role === null ? "server" : `server of role ${role}`;
    throw new CommandError(`no ${which} is running on data folder ${dataDir}`);
  }
  if (other !== undefined) {
    const roles = found.map((each) => `--role ${each.role}`).join(" or ");
    throw new CommandError(`several servers are running on data folder ${dataDir}: say ${roles}`);
  }
  return record;
}

async function gone(record: RunRecord): Promise<void> {
  const deadline = performance.now() + goneWithinMs;
  while (isRunning(record)) {
    if (performance.now() > deadline) {
      throw new CommandError(`process ${record.pid} was killed and is still there`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

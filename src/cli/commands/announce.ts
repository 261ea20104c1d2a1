/** `reprise announce`: tells everybody something. */
import { limits } from "../../core/kernel/limits.ts";
import { readArguments, UsageError } from "../arguments.ts";
import type { Command } from "../command.ts";
import { operating, operatingHelp, operatingOptions } from "../operating.ts";
import { printJson } from "../output.ts";

export const announce: Command = {
  name: "announce",
  summary: "tell something to everybody on a running server",
  help: `\
Usage: reprise announce TEXT --as NAME

Sends TEXT to everybody who has logged in on a running server, for clients to show. It has at most
${limits.announcementBytesMax} bytes, and stands in the server's log.

Options:
${operatingHelp}

Exit codes: 0 done, 1 failed (no server, not permitted, ...), 2 bad usage.`,
  async run(argv) {
    const { values, positionals } = readArguments(argv, operatingOptions, ["TEXT"]);
    const [message = ""] = positionals;
    if (message.trim() === "") throw new UsageError("TEXT is empty");
    if (Buffer.byteLength(message) > limits.announcementBytesMax) {
      throw new UsageError(`TEXT is longer than ${limits.announcementBytesMax} bytes`);
    }
    const { receivers } = await operating(values, (on) => on.announce({ message }));
    if (values.json) printJson({ role: values.role, receivers });
    else console.log(`announced to ${receivers} session${receivers === 1 ? "" : "s"}`);
    return 0;
  },
};

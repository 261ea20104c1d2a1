/**
 * The thread of a role's follower: files of its own, on a machine of its own. See `follower.ts` in
 * the host for what it does, and `thread.ts` for whoever starts it.
 */
import { constants, setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { publishedContracts } from "../../core/features/contracts.ts";
import { featuresOf } from "../../core/features/index.ts";
import { Follower } from "../../core/host/index.ts";
import type { FollowerReport } from "../../core/host/index.ts";
import { createRealm } from "../../core/realm/index.ts";
import type { Feature } from "../../core/realm/index.ts";
import { zlibChecksum } from "../checksum.ts";
import { Files } from "../files.ts";
import { keysOfBytes } from "../journal-keys.ts";
import type { FollowerLine, FollowerOrder, FollowerThreadOptions } from "./orders.ts";

// Only Linux gives a thread a priority of its own; elsewhere this would slow the whole process.
if (process.platform === "linux") setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL);

const options = workerData as FollowerThreadOptions;
const { folder, role, build, config, featuresModule } = options;
const features = featuresModule === null ? featuresOf(role) : await featuresIn(featuresModule);
const realm = createRealm({ features, known: publishedContracts });
const files = new Files(folder, (request, result) => follower.fileDone(request, result));

const follower = new Follower({
  config,
  create: () => realm.create(),
  build,
  checksum: zlibChecksum,
  keys: keysOfBytes(options.keys),
  syscalls: { file: (request, operation) => files.order(request, operation) },
  log: (level, message, fields) => tell({ type: "log", level, message, fields }),
  report: tell,
});

parentPort?.on("message", (order: FollowerOrder) => {
  if (order.type === "follow") follower.follow(order.mark);
  else if (order.type === "room") follower.room(order.isLow);
  else follower.handOver();
});

function tell(report: FollowerReport | FollowerLine): void {
  parentPort?.postMessage(report);
}

/** The module exports `features`, or them as its default: a list, or what makes one of a role. */
async function featuresIn(url: string): Promise<readonly Feature[]> {
  const exported = (await import(url)) as Record<string, unknown>;
  const given = exported["features"] ?? exported["default"];
  const made: unknown = typeof given === "function" ? given(role) : given;
  if (!Array.isArray(made)) throw new Error(`${url} exports no features`);
  return made as readonly Feature[];
}

/**
 * Planted changes: twenty one-line changes of handlers and of the realm, each made in a copy of the
 * source, each to be found by `reprise replay --check` on a golden log, which must name the event.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Check, Part } from "./check.ts";

interface Planted {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const features = "src/core/features";
const realm = "src/core/realm";

const planted: readonly Planted[] = [
  {
    file: `${features}/echo/feature.ts`,
    from: "ctx.state.echoes += 1;",
    to: "ctx.state.echoes += 2;",
  },
  { file: `${features}/echo/feature.ts`, from: "ctx.state.promptEchoes += 1;", to: "" },
  {
    file: `${features}/echo/feature.ts`,
    from: "ctx.reply({ bytes });",
    to: "ctx.reply({ bytes: bytes.slice(1) });",
  },
  {
    file: `${features}/echo/feature.ts`,
    from: "ctx.reply({ bytes });",
    to: "if (bytes.length < 1_500) ctx.reply({ bytes });",
  },
  {
    file: `${features}/echo/contract.ts`,
    from: 'delivery: "prompt",',
    to: 'delivery: "committed",',
  },
  {
    file: `${features}/heartbeat/feature.ts`,
    from: "Math.floor(ctx.now / 1_000)",
    to: "Math.ceil(ctx.now / 1_000)",
  },
  { file: `${features}/heartbeat/feature.ts`, from: "Math.max(apart, 0)", to: "apart" },
  {
    file: `${features}/heartbeat/feature.ts`,
    from: "clientTimeMs === 0 ? 0 :",
    to: "clientTimeMs < 2 ? 0 :",
  },
  {
    file: `${features}/heartbeat/feature.ts`,
    from: "serverTimestamp - clientTimeMs",
    to: "serverTimestamp - clientTimeMs + 1",
  },
  {
    file: `${features}/session/feature.ts`,
    from: "protocol < Math.max(min",
    to: "protocol <= Math.max(min",
  },
  { file: `${features}/session/feature.ts`, from: "Math.min(max, protocolRange.max)", to: "max" },
  { file: `${features}/session/feature.ts`, from: 'ctx.advance("hello.accepted");', to: "" },
  {
    file: `${features}/session/feature.ts`,
    from: 'return ctx.refuse(\n            "VERSION_MISMATCH"',
    to: 'return ctx.refuse(\n            "NOT_SERVED"',
  },
  {
    file: `${features}/session/feature.ts`,
    from: 'else ctx.disconnect(id, "HELLO_TIMEOUT");',
    to: 'else ctx.disconnect(id, "TIMEOUT");',
  },
  {
    file: `${features}/session/feature.ts`,
    from: 'ctx.disconnect(id, "TIMEOUT");',
    to: 'ctx.disconnect(id, "GOODBYE");',
  },
  {
    file: `${features}/session/feature.ts`,
    from: "peer.heardAt + milliseconds",
    to: "peer.openedAt + milliseconds",
  },
  { file: `${features}/session/feature.ts`, from: "ctx.state.protocols.delete(id);", to: "" },
  {
    file: `${realm}/packets.ts`,
    from: "session.refusedCount <= refusedPerWindowMax",
    to: "session.refusedCount <= 10 * refusedPerWindowMax",
  },
  {
    file: `${realm}/packets.ts`,
    from: "session.malformedInRow > realm",
    to: "session.malformedInRow >= realm",
  },
  { file: `${realm}/packets.ts`, from: "session.malformedInRow = 0;", to: "" },
];

/** Those that the source has no place for any more. */
export const misplaced = (): readonly string[] =>
  planted
    .filter(({ file, from }) => !readFileSync(file, "utf8").includes(from))
    .map(({ file, from }) => `${file} has no "${from}"`);

export const plantedChanges = (golden: string): Part =>
  async function* run(): AsyncIterable<Check> {
    for (const [index, change] of planted.entries()) yield check(index, change, resolve(golden));
  };

function check(index: number, { file, from, to }: Planted, golden: string): Check {
  const folder = mkdtempSync(join(tmpdir(), "reprise-planted-"));
  try {
    cpSync("src", join(folder, "src"), { recursive: true });
    cpSync("package.json", join(folder, "package.json"));
    symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
    const path = join(folder, file);
    writeFileSync(path, readFileSync(path, "utf8").replace(from, to));
    const command = [join(folder, "src/io/main.js"), "replay", golden, "--check", "--json"];
    const { stdout, status } = spawnSync(process.execPath, command, { encoding: "utf8" });
    const { diverged } = JSON.parse(stdout || "{}") as {
      diverged?: { seq: number; event: string | null; field?: string } | null;
    };
    const found = status === 1 && diverged !== null && diverged !== undefined;
    return {
      id: `planted-${String(index + 1).padStart(2, "0")} ${file.slice("src/core/".length)}`,
      bound: "found, named",
      measured: found ? `event ${diverged.seq}, ${diverged.field ?? "threw"}` : "not found",
      pass: found,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

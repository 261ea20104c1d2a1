/**
 * What each release has left in a checkpoint is restored by this build: the states of its features
 * are migrated, and the server goes on from them. The checkpoints are golden: see
 * `test/fixtures/releases/make.ts`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Event } from "../../src/core/contract.ts";
import { featuresOf } from "../../src/core/features/index.ts";
import { crc32, decodeCheckpoint } from "../../src/core/journal/index.ts";
import { incarnation, micros } from "../../src/core/kernel/ids.ts";
import type { PlainData } from "../../src/core/kernel/plain.ts";
import { createRealm, realmConfig } from "../../src/core/realm/index.ts";
import { RecordingOutbox } from "../support/realm-driver.ts";

const releases = join(import.meta.dirname, "../fixtures/releases");
const versions = readdirSync(releases, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

interface Expected {
  readonly sessions: number;
  readonly calls: number;
  readonly tables: Readonly<Record<string, number>>;
  readonly versions: Readonly<Record<string, number>>;
  readonly views: Readonly<Record<string, unknown>>;
}

function restored(version: string, role: "login" | "game") {
  const folder = join(releases, version);
  const read = decodeCheckpoint(readFileSync(join(folder, `${role}.checkpoint`)), crc32);
  if (!read.ok) throw new Error(read.problem.detail);
  const machine = createRealm({ features: featuresOf(role) }).create();
  machine.restore(read.value.machine);
  const all = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Record<
    string,
    Expected
  >;
  return { machine, checkpoint: read.value, expected: all[role] as Expected };
}

it("[JRN-18] there is a golden checkpoint of every release", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  expect(versions).toContain(version);
});

describe.each(versions)("release %s", (version) => {
  it.each(["login", "game"] as const)("[JRN-18] a checkpoint of role %s restores", (role) => {
    const { machine, expected } = restored(version, role);
    expect(machine.violations()).toEqual([]);
    expect(machine.state.sessions.size).toBe(expected.sessions);
    expect(machine.state.calls.size).toBe(expected.calls);
    // Views that came later are of today only.
    const names = Object.keys(expected.views);
    const views = Object.fromEntries(names.map((name) => [name, machine.view(name)]));
    expect(JSON.parse(JSON.stringify(views))).toEqual(expected.views);
    // As long as a feature's state has the same shape, it is the same to the bit.
    for (const { name, declaration } of machine.composition.features) {
      if (expected.versions[name] !== declaration.version) continue;
      const table = `feature:${name}`;
      const digest = machine.tableDigest(machine.tables.indexOf(table));
      expect(digest, table).toBe(expected.tables[table]);
    }
  });

  it.each(["login", "game"] as const)("[JRN-18] role %s goes on from it", (role) => {
    const { machine, checkpoint, expected } = restored(version, role);
    const outbox = new RecordingOutbox();
    let at = checkpoint.position.chain.at;
    const step = (event: Event): void => {
      outbox.clear();
      machine.step(event, outbox);
      expect(machine.violations()).toEqual([]);
    };
    const config = { ...realmConfig() } as unknown as PlainData;
    at = micros(at + 1_000_000);
    step({ type: "server.started", at, incarnation: incarnation(2), seed: [5, 6, 7, 8], config });
    // As a start does with every connection that the process before has left.
    for (const { connection } of machine.state.sessions.all()) {
      step({ type: "connection.closed", at, connection, reason: "restart" });
    }
    expect(machine.state.sessions.size).toBe(0);
    for (const call of machine.state.calls.keys()) {
      step({ type: "call.completed", at, call, result: { ok: false, code: "UNAVAILABLE" } });
    }
    for (let due = machine.nextTimeout(), count = 0; due !== null && count < 200; count += 1) {
      at = due > at ? due : at;
      step({ type: "time.reached", at });
      due = machine.nextTimeout();
    }
    expect(outbox.counts.get("sessions_closed_total")).toBe(expected.sessions);
  });
});

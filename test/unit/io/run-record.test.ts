import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ownIdentity } from "../../../src/io/process-identity.ts";
import {
  readRunRecords,
  removeRunRecord,
  runningServers,
  writeRunRecord,
} from "../../../src/io/run-record.ts";
import type { RunRecord } from "../../../src/io/run-record.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const record = (role: RunRecord["role"], changes: Partial<RunRecord> = {}): RunRecord => ({
  ...ownIdentity(),
  started: "2026-11-20T12:00:00.000Z",
  mode: "development",
  role,
  ports: { game: 8081, metrics: 9464 },
  urls: { game: "tls://127.0.0.1:8081" },
  fingerprint: "AB:CD",
  certFile: "data/tls/development-cert.pem",
  ...changes,
});

it("a record is found while its process runs, and gone once it is removed", () => {
  const folder = temporaryFolder();
  expect(runningServers(folder)).toEqual([]);
  writeRunRecord(folder, record("all"));
  expect(runningServers(folder)).toEqual([record("all")]);
  expect(JSON.parse(readFileSync(join(folder, "run.json"), "utf8"))).toMatchObject({
    pid: process.pid,
    ports: { game: 8081, metrics: 9464 },
    fingerprint: "AB:CD",
  });
  removeRunRecord(folder, "all");
  removeRunRecord(folder, "all");
  expect(readRunRecords(folder)).toEqual([]);
});

it("processes of one role each share a folder", () => {
  const folder = temporaryFolder();
  for (const role of ["login", "game"] as const) {
    mkdirSync(join(folder, role));
    writeRunRecord(folder, record(role));
  }
  expect(readRunRecords(folder).map(({ role }) => role)).toEqual(["login", "game"]);
});

it("a record of a process that has ended is not believed, though its id may be in use again", () => {
  const folder = temporaryFolder();
  const { birth } = ownIdentity();
  writeRunRecord(
    folder,
    record("all", { birth: `${birth ?? ""}0`, pid: birth === null ? 2 ** 22 : process.pid }),
  );
  expect(readRunRecords(folder)).toHaveLength(1);
  expect(runningServers(folder)).toEqual([]);
});

it("what is no record is none", () => {
  const folder = temporaryFolder();
  for (const text of ["", "{", "[]", '{"pid":1}', JSON.stringify({ ...record("all"), pid: -1 })]) {
    writeFileSync(join(folder, "run.json"), text);
    expect(readRunRecords(folder)).toEqual([]);
  }
});

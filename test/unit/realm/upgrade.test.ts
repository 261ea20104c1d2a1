/**
 * A new build takes over the state of an old one: what features remember is migrated, and what
 * waits in the realm for them finds them, whatever stands where in the new build.
 */
import { describe, expect, it } from "vitest";
import { builtinFeatures } from "../../../src/core/features/index.ts";
import { decodePlain, encodePlain } from "../../../src/core/kernel/plain.ts";
import type { PlainData } from "../../../src/core/kernel/plain.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import {
  bytesOf,
  firstLedger,
  ledgerContract,
  secondLedger,
  statements,
  textOf,
} from "../../../src/sim/upgrade/ledger.ts";
import { RealmDriver } from "../../support/realm-driver.ts";
import type { Sent } from "../../support/realm-driver.ts";

const before = [...builtinFeatures, firstLedger];
const after = [...builtinFeatures, statements, secondLedger];
const { type } = ledgerContract.entries.deposit;

const deposit = (driver: RealmDriver, connection = driver.join()): readonly Sent[] =>
  driver.message(connection, type, pb.v1.EchoRequest, { bytes: bytesOf("ann") }).sent;

const told = ([sent]: readonly Sent[]): string =>
  textOf(pb.v1.EchoResponse.decode(sent?.bytes ?? new Uint8Array()).bytes);

/** A driver of the other build in the state of this one. */
function takenOver(driver: RealmDriver, features: typeof before): RealmDriver {
  const next = new RealmDriver({ features });
  next.machine.restore(driver.machine.checkpoint());
  next.at = driver.at;
  return next.start(2);
}

describe("a new build", () => {
  it("migrates what a feature remembers, and goes on from there", () => {
    const old = new RealmDriver({ features: before }).start();
    const connection = old.join();
    deposit(old, connection);
    deposit(old, connection);
    const next = takenOver(old, after);
    expect(next.machine.view("ledger.balances")).toEqual(old.machine.view("ledger.balances"));
    expect(next.machine.violations()).toEqual([]);
  });

  it("[JRN-05] gives every timer to the feature that set it", () => {
    const old = new RealmDriver({ features: before }).start();
    const connection = old.join();
    deposit(old, connection);
    old.pass(500_000);
    deposit(old, connection);
    const next = takenOver(old, after);
    next.pass(1_100_000);
    expect(next.machine.view("ledger.balances")).toMatchObject({ ann: { balance: 2, pending: 1 } });
    expect(next.machine.violations()).toEqual([]);
    next.pass(1_000_000);
    expect(next.machine.view("ledger.balances")).toMatchObject({ ann: { balance: 2, pending: 0 } });
  });

  it("takes the answers to calls that the old one made", () => {
    const old = new RealmDriver({ features: before }).start();
    deposit(old);
    const [call] = old.outbox.called;
    if (call === undefined) throw new Error("a deposit asks for a receipt");
    const next = takenOver(old, after);
    const { id } = call;
    const result = { ok: true, answer: "receipt" } as const;
    next.step({ type: "call.completed", at: next.at, call: id, result });
    expect(next.machine.view("ledger.balances")).toMatchObject({ ann: { receipts: 1 } });
  });

  it("drops timers and calls that none of its features has", () => {
    const old = new RealmDriver({ features: before }).start();
    deposit(old);
    const [call] = old.outbox.called;
    if (call === undefined) throw new Error("a deposit asks for a receipt");
    const next = takenOver(old, [...builtinFeatures]);
    expect(next.machine.state.calls.size).toBe(0);
    next.pass(60_000_000);
    const result = { ok: true, answer: "receipt" } as const;
    next.step({ type: "call.completed", at: next.at, call: call.id, result });
    expect(next.outbox.counts.get("calls_answered_too_late_total")).toBe(1);
  });

  it("does not go back to an older state", () => {
    const next = new RealmDriver({ features: after }).start();
    expect(told(deposit(next))).toBe("ann 1");
    expect(() => takenOver(next, before)).toThrow(/state version 2, this build knows 1/);
  });
});

it("a checkpoint from before timers had names in them is of the build that reads it", () => {
  const old = new RealmDriver({ features: before }).start();
  deposit(old);
  const [versions, tables] = decodePlain(old.machine.checkpoint()) as PlainData[];
  const again = new RealmDriver({ features: before });
  again.machine.restore(encodePlain([versions, tables]));
  expect(again.machine.digest()).toBe(old.machine.digest());
  expect(again.machine.violations()).toEqual([]);
});

import { describe, expect, it } from "vitest";
import { Calls } from "../../../src/core/host/calls.ts";
import type { CallOrder } from "../../../src/core/host/calls.ts";
import { HostCounters } from "../../../src/core/host/counters.ts";
import {
  ConnectionSecrets,
  MemoryVault,
  openRequest,
  secretsOf,
} from "../../../src/core/host/vault.ts";
import { callId, incarnation, secretRef } from "../../../src/core/kernel/ids.ts";
import { limits } from "../../../src/core/kernel/limits.ts";
import type { PlainData } from "../../../src/core/kernel/plain.ts";

const password = Uint8Array.of(1, 2, 3);

describe("secrets in calls", () => {
  it("never gives a reference twice, also over starts", () => {
    const [first, second] = [new MemoryVault(incarnation(1)), new MemoryVault(incarnation(2))];
    const refs = [first.seal(password), first.seal(password), second.seal(password)];
    expect(new Set(refs).size).toBe(3);
    expect(first.open(refs[0] ?? secretRef(0))).toEqual(password);
    expect(second.open(refs[0] ?? secretRef(0))).toBeNull();
  });

  it("puts the bytes where the request names a secret, and leaves the request alone", () => {
    const vault = new MemoryVault(incarnation(1));
    const secret = vault.seal(password);
    const request = {
      user: "anna",
      proof: { secret },
      list: [{ secret }, 4],
      other: { secret, x: 1 },
    };
    const before = structuredClone(request);
    expect(openRequest(request, vault)?.opened).toEqual({
      user: "anna",
      proof: password,
      list: [password, 4],
      other: { secret, x: 1 },
    });
    expect(request).toEqual(before);
    expect(secretsOf(request)).toEqual([secret, secret]);
  });

  it("gives a request that names none as it is", () => {
    const vault = new MemoryVault(incarnation(1));
    for (const request of [null, 5, "x", [1, [2]], new Map([[1, 2]]), password] as PlainData[]) {
      expect(openRequest(request, vault)?.opened).toBe(request);
    }
  });

  it("answers SEALED_LOST, and performs nothing, when a secret is lost", () => {
    const vault = new MemoryVault(incarnation(2));
    const answers: unknown[] = [];
    const performed: string[] = [];
    const calls = new Calls({
      vault,
      counters: new HostCounters({}),
      syscalls: { perform: (_call, operation) => performed.push(operation) },
      answer: (call, result) => answers.push({ call, result }),
    });
    const lost = secretRef(12_345);
    const order = (id: number, secret: typeof lost): CallOrder => ({
      call: callId(id),
      operation: `verify ${id}`,
      request: { proof: { secret } },
      effect: "none",
    });
    calls.order(order(1, lost), 0, null);
    expect(answers).toEqual([{ call: 1, result: { ok: false, code: "SEALED_LOST" } }]);
    expect(performed).toEqual([]);
    const kept = vault.seal(password);
    calls.order(order(2, kept), 0, null);
    expect(performed).toEqual(["verify 2"]);
    expect(vault.size).toBe(1);
    expect(calls.answered(callId(2))).toBe(true);
    expect(vault.size).toBe(0);
  });
});

describe("the secrets of one connection", () => {
  it("go with it, but for those that a call names", () => {
    const vault = new MemoryVault(incarnation(1));
    const secrets = new ConnectionSecrets(vault);
    const [called, unwanted] = [secrets.seal(password), secrets.seal(password)];
    vault.claim(called);
    vault.claim(called);
    secrets.forget();
    expect(vault.open(called)).toEqual(password);
    expect(vault.open(unwanted)).toBeNull();
    vault.release(called);
    expect(vault.open(called)).toEqual(password);
    vault.release(called);
    expect(vault.size).toBe(0);
  });

  it("are bounded: the oldest that nobody asked for makes room", () => {
    const vault = new MemoryVault(incarnation(1));
    const secrets = new ConnectionSecrets(vault);
    const first = secrets.seal(password);
    vault.claim(first);
    for (let count = 0; count < 1_000; count += 1) secrets.seal(password);
    expect(vault.size).toBe(limits.sealedPerConnectionMax + 1);
    expect(vault.open(first)).toEqual(password);
  });
});

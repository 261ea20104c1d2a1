import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  endLogin,
  openLogin,
  reportServer,
  verifyAccount,
  verifyToken,
} from "../../../../src/core/features/accounts/index.ts";
import type { PlainData } from "../../../../src/core/kernel/plain.ts";
import { isInvalid } from "../../../../src/core/wire/index.ts";
import { anyPlainData } from "../../../property/kernel/plain-data.ts";

const server = { id: 1, name: "Dragon", address: "::1", port: 8_081, players: 3, max: 10 };
const opened = {
  ...{ kind: "opened", token: { secret: 5 }, tokenId: "t", expiresAtMs: 9, replaced: false },
  servers: [server],
};
const valid = {
  ...{ kind: "valid", tokenId: "t", player: 1, name: "Ada", role: "player" },
  ...{ issuedAtMs: 1, expiresAtMs: 2 },
};
const verified = {
  ...{ kind: "verified", player: 1, name: "Ada", role: "operator", bannedUntil: -1 },
  passwordVersion: 3,
};

const operations = [verifyAccount, openLogin, verifyToken, endLogin, reportServer];

describe("the answers of operations", () => {
  it("are read as they were given", () => {
    const pairs: [(typeof operations)[number], PlainData][] = [
      [verifyAccount, { kind: "refused" }],
      [verifyAccount, verified],
      [openLogin, { kind: "refused" }],
      [openLogin, { kind: "stale" }],
      [openLogin, { kind: "full", known: 2 }],
      [openLogin, opened],
      [verifyToken, { kind: "invalid", reason: "revoked" }],
      [verifyToken, valid],
      [endLogin, { ended: true }],
      [reportServer, { evict: [[1, "t"]] }],
      [reportServer, { evict: [], isSupplanted: true }],
    ];
    for (const [operation, answer] of pairs) expect(operation.parse(answer)).toEqual(answer);
  });

  it("that lack something or have it wrong are invalid, never half an answer", () => {
    const wrong: PlainData[] = [null, undefined, -1, 0.5, "", {}, [], true];
    const complete: [(typeof operations)[number], Readonly<Record<string, PlainData>>][] = [
      [verifyAccount, verified],
      [openLogin, opened],
      [openLogin, { ...opened, servers: [{ ...server, max: 0 }] }],
      [verifyToken, valid],
      [endLogin, { ended: true }],
      [reportServer, { evict: [[1, "t"]] }],
    ];
    for (const [operation, answer] of complete) {
      for (const key of Object.keys(answer)) {
        for (const value of wrong) {
          const read = operation.parse({ ...answer, [key]: value });
          if (!isInvalid(read)) expect(read).toEqual({ ...answer, [key]: value });
        }
        const { [key]: _, ...rest } = answer;
        expect(operation.parse(rest)).toSatisfy(isInvalid);
      }
    }
  });

  it("never throw, whatever came back", () => {
    fc.assert(
      fc.property(anyPlainData, fc.constantFrom(...operations), (answer, operation) => {
        expect(operation.parse(answer)).toBeTypeOf("object");
      }),
      { numRuns: 1_000 },
    );
  });
});

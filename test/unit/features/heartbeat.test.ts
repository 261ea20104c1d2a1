import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errorTable } from "../../../src/core/kernel/errors.ts";
import { micros } from "../../../src/core/kernel/ids.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { fromBigint, toSafeNumber } from "../../../src/core/wire/index.ts";
import { RealmDriver } from "../../support/realm-driver.ts";

const nowMs = 1_700_000_000_000;
const second = 1_000_000;

/** The answer to a heartbeat that arrives at `nowMs`. */
function answerTo(message: pb.v1.HeartbeatRequest.$Properties): pb.v1.HeartbeatResponse {
  const driver = new RealmDriver().start();
  driver.at = micros(nowMs * 1_000);
  const { sent } = driver.message(driver.connect(), 1_004, pb.v1.HeartbeatRequest, message);
  const answer = sent.find(({ type }) => type === 1_005);
  expect(answer?.delivery).toBe("prompt");
  return pb.v1.HeartbeatResponse.decode(answer?.bytes ?? new Uint8Array());
}

describe("the heartbeat", () => {
  it("[PKT-07] keeps the session for the idle time, whatever it says", () => {
    const driver = new RealmDriver({ config: { idleTimeoutMs: 30_000 } }).start();
    const connection = driver.join();
    const anything = { playerId: fromBigint(2n ** 64n - 1n), timestamp: 1 };
    for (let round = 0; round < 4; round += 1) {
      expect(driver.pass(29 * second)).toEqual([]);
      const { sent } = driver.message(connection, 1_004, pb.v1.HeartbeatRequest, anything);
      expect(sent.map(({ type }) => type)).toEqual([1_005]);
    }
    const [end] = driver.pass(31 * second);
    const { code } = pb.v1.Disconnect.decode(end?.bytes ?? new Uint8Array());
    expect(code).toBe(errorTable.TIMEOUT.code);
  });

  it("[PKT-08] the latency is within 0 and a minute, whatever clock the client has", () => {
    const anyClock = fc.oneof(
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.bigInt({ min: BigInt(nowMs) - 100_000n, max: BigInt(nowMs) + 100_000n }),
    );
    const law = fc.property(anyClock, (clock) => {
      const { latencyMs, serverTimestamp } = answerTo({ timestamp: fromBigint(clock) });
      expect(latencyMs).toBeGreaterThanOrEqual(0);
      expect(latencyMs).toBeLessThanOrEqual(60_000);
      expect(toSafeNumber(serverTimestamp)).toBe(nowMs);
    });
    fc.assert(law, { numRuns: 1_000 });
  });

  it("[PKT-08] the latency is the time since the client's clock, where both clocks agree", () => {
    expect(answerTo({ timestamp: nowMs - 23 }).latencyMs).toBe(23);
    expect(answerTo({ timestamp: nowMs + 23 }).latencyMs).toBe(0);
    expect(answerTo({}).latencyMs).toBe(0);
  });
});

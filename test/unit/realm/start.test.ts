import { expect, describe, it } from "vitest";
import { incarnation, micros } from "../../../src/core/kernel/ids.ts";
import { realmConfig, startConfig } from "../../../src/core/realm/index.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { RealmDriver } from "../../support/realm-driver.ts";

const start = (driver: RealmDriver, number: number, contractHash: number) =>
  driver.step({
    type: "server.started",
    at: driver.at,
    incarnation: incarnation(number),
    seed: [1, 2, 3, 4],
    config: startConfig({ ...realmConfig() }, contractHash, "game"),
  });

describe("a start", () => {
  it("[JRN-05] tells clients the contracts of the log, not those of the build that replays it", () => {
    const driver = new RealmDriver();
    start(driver, 1, 4_711);
    const { sent } = driver.message(driver.connect(), 1_050, pb.v1.Hello, { contractHash: 4_711 });
    expect(pb.v1.Hello.decode(sent[0]?.bytes ?? new Uint8Array()).contractHash).toBe(4_711);
    expect(driver.outbox.counts.get("contracts_differing_total")).toBeUndefined();
  });

  it("[SES-16] takes nobody for silent while the server was down", () => {
    const driver = new RealmDriver().start();
    const connection = driver.join();
    driver.at = micros(driver.at + 3_600_000_000);
    // As a recovery does: the start comes before the time is told.
    driver.machine.step(
      {
        type: "server.started",
        at: driver.at,
        incarnation: incarnation(2),
        seed: [1, 2, 3, 4],
        config: startConfig({ ...realmConfig() }, 1, "game"),
      },
      driver.outbox,
    );
    driver.outbox.clear();
    expect(driver.pass(1_000_000)).toEqual([]);
    expect(driver.close(connection).logged).toMatchObject([{ fields: { code: null } }]);
  });
});

import { expect, it } from "vitest";
import { incarnation } from "../../../src/core/kernel/ids.ts";
import type { PlainData } from "../../../src/core/kernel/plain.ts";
import { realmConfig } from "../../../src/core/realm/index.ts";
import { RealmDriver } from "../../support/realm-driver.ts";

const start = (config: PlainData): RealmDriver => {
  const driver = new RealmDriver();
  driver.step({
    type: "server.started",
    at: driver.at,
    incarnation: incarnation(1),
    seed: [1, 2, 3, 4],
    config,
  });
  return driver;
};
const configOf = ({ machine }: RealmDriver): PlainData =>
  (machine.state.table(0) as Readonly<Record<string, PlainData>>)["config"];

it("[JRN-05] a key that the log does not know has its default and no part in digests", () => {
  const { loginGraceMs, tokenLifetimeMs, ...older } = realmConfig({ tickHz: 20 });
  const driver = start(older);
  expect(configOf(driver)).toEqual(older);
  expect(driver.machine.state.kernel.config).toMatchObject({ loginGraceMs, tokenLifetimeMs });

  const restored = driver.realm.create();
  restored.restore(driver.machine.checkpoint());
  expect(restored.digest()).toBe(driver.machine.digest());
  expect(restored.state.kernel.config).toEqual(driver.machine.state.kernel.config);
});

it("[JRN-05] a change of the configuration brings the keys that it gives", () => {
  const { loginGraceMs: _, ...older } = realmConfig();
  const driver = start(older);
  const config = { ...realmConfig({ loginGraceMs: 5_000 }) };
  driver.step({ type: "config.changed", at: driver.at, config });
  expect(configOf(driver)).toEqual(config);
});

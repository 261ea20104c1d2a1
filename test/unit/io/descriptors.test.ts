import { expect, it } from "vitest";
import { descriptorShortage } from "../../../src/io/descriptors.ts";

const table = (soft: string): string => `\
Limit                     Soft Limit           Hard Limit           Units
Max processes             100                  100                  processes
Max open files            ${soft.padEnd(20)} 20000                files
`;

it("[NET-17] the limit is compared with all roles' connections and what a process needs", () => {
  const needed = 96 + 1_072 + 5_072;
  expect(descriptorShortage([1_000, 5_000], table("1024"))).toEqual({
    descriptorsMax: 1_024,
    descriptorsNeeded: needed,
  });
  expect(descriptorShortage([1_000, 5_000], table(String(needed - 1)))).not.toBeNull();
  expect(descriptorShortage([1_000, 5_000], table(String(needed)))).toBeNull();
});

it("no limit, and none that the system tells of, is no shortage", () => {
  expect(descriptorShortage([5_000], table("unlimited"))).toBeNull();
  expect(descriptorShortage([5_000], "")).toBeNull();
});

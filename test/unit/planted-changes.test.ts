import { expect, it } from "vitest";
import { misplaced } from "../../scripts/accept/planted.ts";

it("the source has a place for each planted change", () => {
  expect(misplaced()).toEqual([]);
});

/** The lantern of the examples, with a mistake in it: burning out throws. */
import { lantern } from "../../examples/lantern/lantern.ts";

export const brokenLantern: typeof lantern = {
  ...lantern,
  implementation: {
    ...lantern.implementation,
    timers: {
      burnOut() {
        throw new Error("no lantern ever burns out");
      },
    },
  },
};

export const lanternTypes = { place: 10_001, placed: 10_002, dark: 10_003 };

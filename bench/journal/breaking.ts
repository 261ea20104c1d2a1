/** The game's features and one that throws when it is told to, as a module for every thread. */
import { gameFeatures } from "../../src/core/features/index.ts";
import { reprise as pb } from "../../src/core/wire/gen/packet.js";
import { defineContract, defineFeature, toServer } from "../../src/index.ts";

export const breakType = 10_951;

const breakContract = defineContract("breaking", {
  breakNow: toServer(breakType, pb.v1.PacketHeader, () => true),
});

const breaking = defineFeature({
  contract: breakContract,
  version: 1,
  state: () => ({ never: 0 }),
}).implement({
  packets: {
    breakNow: {
      states: ["connected"],
      handle() {
        throw new Error("told to");
      },
    },
  },
});

export const features = [...gameFeatures, breaking];

/**
 * A feature that calls out in the world. It leans on what features are promised and no built-in one
 * needs: a packet waits for its turn in a tick and has that tick asked for, those who see a place
 * are told of it, and how many are in the world is known where a tick is asked for.
 */
import { worldContract } from "../core/features/contracts.ts";
import { defineFeature } from "../core/realm/index.ts";
import type { Feature } from "../core/realm/index.ts";
import { defineContract, isInvalid, request, toClient } from "../core/wire/index.ts";

/** A place and a number, as movements have them; names and numbers that no user's feature has. */
const { message: place, parse } = worldContract.entries.move;

export const crierContract = defineContract("simulatedCrier", {
  /** Answered with the place and the number of the cry. */
  cry: request(2_990, place, 2_991, place, (message) => {
    const movement = parse(message);
    return isInvalid(movement) ? movement : movement.position;
  }),
  /** The same, to those who see the place. */
  heard: toClient(2_992, place),
  /** How many cries there were, to those in the world, a while later. */
  tally: toClient(2_993, place, { delivery: "prompt" }),
});

const inWorld = ["inWorld"] as const;

export const crier: Feature = defineFeature({
  contract: crierContract,
  version: 1,
  state: () => ({ cries: 0, told: 0 }),
}).implement({
  packets: {
    cry: {
      states: inWorld,
      inbox(ctx, position) {
        ctx.state.cries += 1;
        const cry = { position, sequenceNumber: ctx.state.cries };
        ctx.near(position).send("heard", cry);
        ctx.reply(cry);
      },
    },
  },
  tick: {
    every: 3,
    idleUntil: ({ cries, told }, scene) => (cries > told && scene.inWorld > 0 ? 0 : Infinity),
    run(ctx) {
      const { cries, told } = ctx.state;
      if (cries === told) return;
      const sent = ctx.broadcast("tally", { sequenceNumber: cries }, inWorld);
      if (sent > 0) ctx.state.told = cries;
    },
  },
});

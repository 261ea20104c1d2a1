/**
 * A feature that calls out in the world. It leans on what features are promised and no built-in one
 * needs: a packet waits for its turn in a tick and has that tick asked for, those who see a place
 * are told of it, a player is told wherever he is, how many are in the world is known where a
 * tick is asked for, and an event stream says what was cried in each half of it, as far as there is
 * room for it.
 *
 * The faulty one throws now and then, wherever a feature can. What it costs is what is tested.
 */
import { worldContract } from "../core/features/contracts.ts";
import { milliseconds } from "../core/kernel/ids.ts";
import type { Incarnation } from "../core/kernel/ids.ts";
import { carried, defineFeature } from "../core/realm/index.ts";
import type { Feature } from "../core/realm/index.ts";
import { defineContract, isInvalid, request, toClient, toServer } from "../core/wire/index.ts";
import type { Position } from "../core/wire/index.ts";
import { annals, isLore, record } from "./annals.ts";
import type { DatedLore } from "./annals.ts";

/** A place and a number, as movements have them; names and numbers that no user's feature has. */
const { message: place, parse } = worldContract.entries.move;

const placeOf = (message: Parameters<typeof parse>[0]) => {
  const movement = parse(message);
  return isInvalid(movement) ? movement : movement.position;
};

export const crierContract = defineContract("simulatedCrier", {
  /** Answered with the place and the number of the cry. */
  cry: request(2_990, place, 2_991, place, placeOf),
  /** The same, to those who see the place. */
  heard: toClient(2_992, place),
  /** The number, to whoever cried. */
  counted: toClient(2_993, place, { delivery: "prompt" }),
  /** How many cries there were, to those in the world, a while later. */
  tally: toClient(2_994, place, { delivery: "prompt" }),
  /** Heard by nobody. */
  mutter: toServer(2_995, place, placeOf),
});

const inWorld = ["inWorld"] as const;
const fadingMicros = milliseconds(700);

/** One place, or cry, in so many is one too many for a faulty crier. */
const oneIn = 40;
/** At once, which suspends nobody: often enough to be too often now and then. */
const oneInAtOnce = 8;

export const soundCrier = crierOf(() => undefined);
/** Whatever threw does not throw again when the server starts anew, so no start is in vain. */
export const faultyCrier = crierOf((ctx, what, number, rarity = oneIn) => {
  if (number % rarity !== ctx.incarnation % rarity) return;
  throw new Error(`a crier has lost his voice: ${what}`);
});

/** Of a place: whole, and not negative. */
const numberOf = ({ x, z }: Position): number => Math.floor(Math.abs(x) * 31 + Math.abs(z));

/** @param risk throws, or does nothing */
function crierOf(
  risk: (
    ctx: { readonly incarnation: Incarnation },
    what: string,
    number: number,
    rarity?: number,
  ) => void,
): Feature {
  return defineFeature({
    contract: crierContract,
    version: 1,
    state: () => ({ cries: 0, told: 0, mutters: 0, fading: 0, lore: new Map<string, DatedLore>() }),
    timers: { fade: carried<{ at: number }>() },
    events: [annals],
  }).implement({
    packets: {
      cry: {
        states: inWorld,
        inbox(ctx, position) {
          ctx.state.cries += 1;
          ctx.state.fading += 1;
          const cry = { position, sequenceNumber: ctx.state.cries };
          ctx.near(position).send("heard", cry);
          ctx.sendTo(ctx.player, "counted", cry);
          const at = numberOf(position);
          ctx.timer("fade", ctx.state.cries, fadingMicros, { at });
          const annalist = { store: ctx.events(annals), lore: ctx.state.lore, now: ctx.now };
          record(annalist, ctx.state.cries, at);
          risk(ctx, "in his turn", at);
          ctx.reply(cry);
        },
      },
      mutter: {
        states: inWorld,
        handle(ctx, position) {
          ctx.state.mutters += 1;
          risk(ctx, "at once", numberOf(position), oneInAtOnce);
        },
      },
    },
    timers: {
      fade(ctx, { at }) {
        risk(ctx, "when it fades", at + 1);
        ctx.state.fading -= 1;
      },
    },
    tick: {
      every: 3,
      idleUntil: ({ cries, told }, scene) => (cries > told && scene.inWorld > 0 ? 0 : Infinity),
      run(ctx) {
        const { cries, told } = ctx.state;
        if (cries === told) return;
        if (ctx.broadcast("tally", { sequenceNumber: cries }, inWorld) === 0) return;
        risk(ctx, "in a tick", cries);
        ctx.state.told = cries;
      },
    },
    invariants: {
      "every cry fades": ({ fading }, { fade }) => fade.size === fading,
      "the annals are what was cried": ({ lore }, _timers, _sessions, events) =>
        isLore(events(annals), lore),
    },
  });
}

/**
 * A feature that says two things to one client in one step, one that waits for the disk and one
 * that does not, in either order, and counts by how much its wall clock is off the realm's time. No
 * built-in feature does.
 */
import { echoContract } from "../../core/features/contracts.ts";
import { defineFeature } from "../../core/realm/index.ts";
import type { Feature } from "../../core/realm/index.ts";
import { defineContract, request, toClient } from "../../core/wire/index.ts";

/** Bytes, as echoes have them. */
const { message: asked, reply: answered } = echoContract.entries.echo;

export const heraldContract = defineContract("herald", {
  /** Answered, and with the same bytes an aside beside the answer: before it when they are odd. */
  announce: request(10_905, asked, 10_906, answered, ({ bytes }) => bytes),
  aside: toClient(10_907, answered, { delivery: "prompt" }),
});

export const herald: Feature = defineFeature({
  contract: heraldContract,
  version: 1,
  state: () => ({}),
  counters: {
    herald_announced_total: "What was announced",
    herald_ahead_micros_total: "By how much the wall clock was ahead of the realm's time then",
    herald_behind_micros_total: "By how much it was behind",
  },
}).implement({
  packets: {
    announce: {
      states: ["connected"],
      handle(ctx, bytes) {
        ctx.count("herald_announced_total");
        const ahead = ctx.wallNow - ctx.now;
        if (ahead > 0) ctx.count("herald_ahead_micros_total", ahead);
        if (ahead < 0) ctx.count("herald_behind_micros_total", -ahead);
        const isFirst = bytes.length % 2 === 1;
        if (isFirst) ctx.send(ctx.session.id, "aside", { bytes });
        ctx.reply({ bytes });
        if (!isFirst) ctx.send(ctx.session.id, "aside", { bytes });
      },
    },
  },
});

import { describe, expect, it } from "vitest";
import { gameFeatures } from "../../../../src/core/features/index.ts";
import { errorTable } from "../../../../src/core/kernel/errors.ts";
import { playerRoles } from "../../../../src/core/kernel/roles.ts";
import type { PlayerRole } from "../../../../src/core/kernel/roles.ts";
import { defineFeature } from "../../../../src/core/realm/index.ts";
import { reprise as pb } from "../../../../src/core/wire/gen/session.js";
import { defineContract, request } from "../../../../src/core/wire/index.ts";
import { PlayersWorld } from "../../../support/players-world.ts";

const gavelContract = defineContract("gavel", {
  strike: request(10_301, pb.v1.EchoRequest, 10_302, pb.v1.EchoResponse),
});
const gavel = defineFeature({
  contract: gavelContract,
  version: 1,
  state: () => ({ struck: 0 }),
}).implement({
  packets: {
    strike: {
      states: ["inWorld"],
      roles: ["moderator", "operator"],
      handle(ctx) {
        ctx.state.struck += 1;
        ctx.reply({});
      },
    },
  },
});

/** Logs in and enters with that role, and strikes; whether it was struck, and the error's code. */
function strikeAs(role: PlayerRole): { readonly struck: boolean; readonly code: number | null } {
  const world = new PlayersWorld({ gameFeatures: [...gameFeatures, gavel] });
  world.loggedIn({ name: "Ada", device: "phone" });
  world.desk.store.setRole("Ada", role);
  const { game } = world;
  const connection = world.entered(world.tokenOf(world.loggedIn({ name: "Ada", device: "phone" })));
  expect(game.machine.state.sessions.ofConnection(connection)?.role).toBe(role);
  const { sent } = game.message(connection, 10_301, pb.v1.EchoRequest, {});
  const error = sent.find(({ type }) => type === 1_051);
  return {
    struck: sent.some(({ type }) => type === 10_302),
    code: error === undefined ? null : pb.v1.Error.decode(error.bytes).code,
  };
}

describe("a role", () => {
  it.each(playerRoles)(
    "[AUTH-21] %s of the account is that of the session, and decides",
    (role) => {
      const isMighty = role !== "player";
      expect(strikeAs(role)).toEqual({
        struck: isMighty,
        code: isMighty ? null : errorTable.NOT_PERMITTED.code,
      });
    },
  );
});

/** From decoded messages to what handlers get: the parsers of the published contracts. */
import { describe, expect, it } from "vitest";
import {
  accountContract,
  chatContract,
  combatContract,
  duelContract,
  guildContract,
  loginContract,
  operateContract,
  worldContract,
} from "../../../src/core/features/contracts.ts";
import { limits } from "../../../src/core/kernel/limits.ts";
import { decodePayload, encodePayload, invalid } from "../../../src/core/wire/index.ts";
import type { AnyMessage, Decoded, Encodable } from "../../../src/core/wire/index.ts";

/** Over the wire and through the parser, as a packet goes. */
function parsed<M extends AnyMessage, P>(
  entry: { readonly message: M; readonly parse: (message: Decoded<M>) => P },
  message: Encodable<M>,
): P {
  const bytes = encodePayload(entry.message, message);
  const decoded = decodePayload(entry.message, bytes, 0, bytes.length);
  if (decoded === null) throw new Error("what was encoded does not decode");
  return entry.parse(decoded);
}

const { login } = loginContract.entries;
const { logout } = accountContract.entries;
const { enter, move } = worldContract.entries;
const { begin, sessions, kick, announce } = operateContract.entries;
const { act } = combatContract.entries;
const { say } = chatContract.entries;
const { challenge, accept, decline } = duelContract.entries;
const { create, invite, declareWar, acceptInvite, leave } = guildContract.entries;

const tooGreat = { low: 1, high: 0x20_0000, unsigned: true } as never;
const unidentified = invalid("an id is above 2^53-1");
const greatest = Number.MAX_SAFE_INTEGER;

describe("login", () => {
  it("[PKT-02] gives the password as a slot, and the rest as it was sent", () => {
    const message = { username: "용", passwordHash: "77", clientVersion: "1.2.3", deviceId: "d" };
    expect(parsed(login, message)).toEqual({
      username: "용",
      password: { secret: 77 },
      clientVersion: "1.2.3",
      deviceId: "d",
    });
  });

  it("[PKT-02] leaves empty fields to the feature, which has codes for them", () => {
    expect(parsed(login, {})).toEqual({
      username: "",
      password: null,
      clientVersion: "",
      deviceId: "",
    });
  });

  it("[PKT-02] refuses texts above their bytes of UTF-8, and takes those at the limit", () => {
    for (const [key, what, max] of [
      ["username", "the username", limits.usernameBytesMax],
      ["clientVersion", "the client version", limits.clientVersionBytesMax],
      ["deviceId", "the device id", limits.deviceIdBytesMax],
    ] as const) {
      // Two bytes a character, and one that takes it over the limit.
      expect(parsed(login, { [key]: "é".repeat(max / 2) })).toHaveProperty(key);
      const reason = `${what} is longer than ${max} bytes`;
      expect(parsed(login, { [key]: `${"é".repeat(max / 2)}e` })).toEqual(invalid(reason));
      expect(parsed(login, { [key]: "e".repeat(60_000) })).toEqual(invalid(reason));
    }
  });

  it.each(["secret", "007", "-1", "1e3", "9007199254740992", "99999999999999999"])(
    "[PKT-02] never takes %s for a sealed secret",
    (passwordHash) => {
      expect(parsed(login, { passwordHash })).toEqual(invalid("a secret is not sealed"));
    },
  );
});

describe("logout", () => {
  it("[PKT-05] names the player and the token, or neither", () => {
    expect(parsed(logout, { playerId: greatest, sessionToken: "0" })).toEqual({
      player: greatest,
      token: { secret: 0 },
    });
    expect(parsed(logout, {})).toEqual({ player: 0, token: null });
    expect(parsed(logout, { playerId: tooGreat })).toEqual(unidentified);
    expect(parsed(logout, { sessionToken: "x" })).toEqual(invalid("a secret is not sealed"));
  });
});

describe("operating", () => {
  it("[AUTH-21] begins with a token", () => {
    expect(parsed(begin, { sessionToken: "12" })).toEqual({ secret: 12 });
    expect(parsed(begin, {})).toEqual(invalid("the session token is missing"));
    expect(parsed(begin, { sessionToken: "x" })).toEqual(invalid("a secret is not sealed"));
  });

  it("[AUTH-21] lists a page of at most so many", () => {
    const { sessionsPageMax } = limits;
    expect(parsed(sessions, {})).toEqual({ after: 0, count: sessionsPageMax });
    expect(parsed(sessions, { afterSessionId: greatest, limit: 7 })).toEqual({
      after: greatest,
      count: 7,
    });
    expect(parsed(sessions, { limit: sessionsPageMax + 1 })).toEqual({
      after: 0,
      count: sessionsPageMax,
    });
    expect(parsed(sessions, { afterSessionId: tooGreat })).toEqual(unidentified);
  });

  it("[AUTH-21] kicks by id, else by name, for a reason that is not too long", () => {
    const both = { sessionId: 7, playerName: "ada", reason: "r" };
    expect(parsed(kick, both)).toEqual({ whom: { session: 7 }, reason: "r" });
    expect(parsed(kick, { playerName: "ada" })).toEqual({ whom: { name: "ada" }, reason: "" });
    expect(parsed(kick, {})).toEqual(invalid("nobody is named"));
    expect(parsed(kick, { sessionId: tooGreat })).toEqual(unidentified);
    for (const [key, what, max] of [
      ["playerName", "the player's name", limits.usernameBytesMax],
      ["reason", "the reason", limits.kickReasonBytesMax],
    ] as const) {
      const reason = `${what} is longer than ${max} bytes`;
      expect(parsed(kick, { sessionId: 7, [key]: "x".repeat(max) })).toHaveProperty("whom");
      expect(parsed(kick, { sessionId: 7, [key]: "x".repeat(max + 1) })).toEqual(invalid(reason));
    }
  });

  it("[AUTH-21] announces words", () => {
    expect(parsed(announce, { message: "hi" })).toBe("hi");
    expect(parsed(announce, { message: " " })).toEqual(invalid("the announcement is empty"));
    const reason = `the announcement is longer than ${limits.announcementBytesMax} bytes`;
    const message = "x".repeat(limits.announcementBytesMax + 1);
    expect(parsed(announce, { message })).toEqual(invalid(reason));
  });
});

describe("the world", () => {
  it("[PKT-09] is entered with a token", () => {
    expect(parsed(enter, { characterId: 7, channelId: 3, sessionToken: "12" })).toEqual({
      character: 7,
      channel: 3,
      token: { secret: 12 },
    });
    expect(parsed(enter, {})).toEqual(invalid("the session token is missing"));
    expect(parsed(enter, { sessionToken: "x" })).toEqual(invalid("a secret is not sealed"));
    expect(parsed(enter, { characterId: tooGreat })).toEqual(unidentified);
  });

  const step = { position: { x: 1.5, y: 0, z: -2 }, sequenceNumber: 4_294_967_295 };

  it("[PKT-10] takes a step with its vectors and its sequence; a vector left out is 0", () => {
    const velocity = { x: 1, y: 2, z: 3 };
    const rotation = { x: 0, y: 90, z: 0 };
    expect(parsed(move, { ...step, entityId: greatest, velocity, rotation })).toEqual({
      entity: greatest,
      position: { x: 1.5, y: 0, z: -2 },
      velocity,
      rotation,
      sequence: 4_294_967_295,
    });
    const still = { x: 0, y: 0, z: 0 };
    expect(parsed(move, step)).toMatchObject({ entity: 0, velocity: still, rotation: still });
  });

  it("[PKT-10] [PKT-20] refuses a step without a position, and any number that is not finite", () => {
    expect(parsed(move, {})).toEqual(invalid("the position is missing"));
    expect(parsed(move, { ...step, entityId: tooGreat })).toEqual(unidentified);
    for (const vector of ["position", "velocity", "rotation"]) {
      for (const axis of ["x", "y", "z"]) {
        for (const bad of [Number.NaN, Infinity, -Infinity]) {
          const message = { ...step, [vector]: { x: 1, y: 1, z: 1, [axis]: bad } };
          expect(parsed(move, message)).toEqual(invalid("a coordinate is not finite"));
        }
      }
    }
  });

  it("[PKT-10] does not look at the client's clock", () => {
    expect(parsed(move, { ...step, timestamp: Number.NaN })).toHaveProperty("position");
  });
});

describe("combat", () => {
  it("[WIRE-11] aims at an entity or at a place", () => {
    expect(parsed(act, { targetId: 5, skillId: 2, castTime: 1.5, actionSequence: 9 })).toEqual({
      attacker: 0,
      target: 5,
      skill: 2,
      at: null,
      castTime: 1.5,
      sequence: 9,
    });
    expect(parsed(act, { targetPosition: { x: 1 } })).toMatchObject({ at: { x: 1, y: 0, z: 0 } });
  });

  it("[PKT-20] refuses places, times and ids that are none", () => {
    const nowhere = { targetPosition: { x: 0, y: Number.NaN, z: 0 } };
    expect(parsed(act, nowhere)).toEqual(invalid("a coordinate is not finite"));
    for (const castTime of [-1, Number.NaN, Infinity, limits.castSecondsMax + 1]) {
      const reason = `the cast time is not within 0 and ${limits.castSecondsMax} seconds`;
      expect(parsed(act, { castTime })).toEqual(invalid(reason));
    }
    expect(parsed(act, { attackerId: tooGreat })).toEqual(unidentified);
    expect(parsed(act, { targetId: tooGreat })).toEqual(unidentified);
  });
});

describe("chat", () => {
  it("[WIRE-11] takes the channel, the words and whom they are for, and nothing of the sender", () => {
    const claims = { senderId: 1, senderName: "king", timestamp: 5 };
    expect(parsed(say, { ...claims, message: "hi", recipientId: 3 })).toEqual({
      channel: "global",
      message: "hi",
      recipient: 0,
    });
    expect(parsed(say, { channel: 4, message: "psst", recipientId: 3 })).toEqual({
      channel: "whisper",
      message: "psst",
      recipient: 3,
    });
  });

  it("[WIRE-11] refuses what is no message to anybody", () => {
    expect(parsed(say, {})).toEqual(invalid("the message is empty"));
    expect(parsed(say, { channel: 4, message: "psst" })).toEqual(
      invalid("a whisper names no player"),
    );
    for (const channel of [6, -1, 2_147_483_647]) {
      expect(parsed(say, { channel, message: "hi" })).toEqual(invalid("there is no such channel"));
    }
    const long = "서".repeat(Math.ceil((limits.chatBytesMax + 1) / 3));
    const reason = `the message is longer than ${limits.chatBytesMax} bytes`;
    expect(parsed(say, { message: long })).toEqual(invalid(reason));
    expect(parsed(say, { message: "hi", recipientId: tooGreat })).toEqual(unidentified);
  });
});

describe("duels", () => {
  it("[WIRE-11] name a player", () => {
    expect(parsed(challenge, { targetId: 3, challengerId: 9 })).toBe(3);
    expect(parsed(accept, { challengerId: greatest })).toBe(greatest);
    expect(parsed(decline, { challengerId: 1 })).toBe(1);
    expect(parsed(challenge, {})).toEqual(invalid("no player is named"));
    expect(parsed(accept, {})).toEqual(invalid("no player is named"));
    expect(parsed(decline, { challengerId: tooGreat })).toEqual(unidentified);
  });
});

describe("guilds", () => {
  it("[WIRE-11] are founded under a name, by signers who are not too many", () => {
    expect(parsed(create, { guildName: "N", charterSigners: [1, greatest] })).toEqual({
      name: "N",
      signers: [1, greatest],
    });
    expect(parsed(create, {})).toEqual(invalid("the guild's name is empty"));
    const long = "n".repeat(limits.guildNameBytesMax + 1);
    const reason = `the guild's name is longer than ${limits.guildNameBytesMax} bytes`;
    expect(parsed(create, { guildName: long })).toEqual(invalid(reason));
    const crowd = Array.from({ length: limits.charterSignersMax + 1 }, () => 1);
    const tooMany = invalid(`more than ${limits.charterSignersMax} ids`);
    expect(parsed(create, { guildName: "N", charterSigners: crowd })).toEqual(tooMany);
    expect(parsed(create, { guildName: "N", charterSigners: crowd.slice(1) })).toHaveProperty(
      "signers.length",
      limits.charterSignersMax,
    );
    expect(parsed(create, { guildName: "N", charterSigners: [1, tooGreat] })).toEqual(unidentified);
  });

  it("[WIRE-11] invite by id, else by name", () => {
    const both = { guildId: 7, targetId: 3, targetName: "x".repeat(1_000) };
    expect(parsed(invite, both)).toEqual({ guild: 7, whom: { player: 3 } });
    expect(parsed(invite, { guildId: 7, targetName: "ada" })).toEqual({
      guild: 7,
      whom: { name: "ada" },
    });
    expect(parsed(invite, { guildId: 7 })).toEqual(invalid("nobody is invited"));
    expect(parsed(invite, { targetId: tooGreat })).toEqual(unidentified);
    const reason = `the player's name is longer than ${limits.usernameBytesMax} bytes`;
    expect(parsed(invite, { targetName: "x".repeat(limits.usernameBytesMax + 1) })).toEqual(
      invalid(reason),
    );
  });

  it("[WIRE-11] declare war, accept and leave", () => {
    const war = { targetGuildId: 8, instanced: true };
    expect(parsed(declareWar, war)).toEqual({ target: 8, instanced: true });
    expect(parsed(acceptInvite, { guildId: 7 })).toBe(7);
    expect(parsed(leave, {})).toBeUndefined();
  });
});

/**
 * The published protocol: the 24 types with their numbers, messages and fields, as the rows of the
 * requirements name them, against the schemas, the contracts and the vectors.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import protobuf from "protobufjs";
import { describe, expect, it } from "vitest";
import { publishedContracts } from "../../../src/core/features/contracts.ts";
import { errorTable } from "../../../src/core/kernel/errors.ts";
import { packetType } from "../../../src/core/kernel/ids.ts";
import { reprise as common } from "../../../src/core/wire/gen/common.js";
import { reprise as game } from "../../../src/core/wire/gen/game.js";
import { decodePayload, encodePayload, packetRules } from "../../../src/core/wire/index.ts";
import type { AnyEntry } from "../../../src/core/wire/index.ts";
import { loadSchema } from "./schema.ts";

interface Published {
  readonly rule: string;
  readonly type: number;
  readonly name: string;
  readonly message: string;
  readonly direction: "toServer" | "toClient" | "both";
  /** `number name type`, repeated ones in brackets, secret ones with a star. */
  readonly fields: readonly string[];
}

const row = (
  rule: string,
  type: number,
  name: string,
  direction: Published["direction"],
  message: string,
  ...fields: readonly string[]
): Published => ({ rule, type, name, direction, message, fields });

const answer = ["1 success bool", "2 error_code ErrorCode"];

/** The 23 of the original and the one that only the tutorial has. */
const published: readonly Published[] = [
  row(
    "[PKT-02]",
    1_000,
    "LOGIN_REQUEST",
    "toServer",
    "LoginRequest",
    "1 username string",
    "2 password_hash string*",
    "3 client_version string",
    "4 device_id string",
  ),
  row(
    "[PKT-03]",
    1_001,
    "LOGIN_RESPONSE",
    "toClient",
    "LoginResponse",
    ...answer,
    "3 error_message string",
    "4 session_token string*",
    "5 player_id uint64",
    "6 game_servers [ServerInfo]",
  ),
  row(
    "[PKT-05]",
    1_002,
    "LOGOUT_REQUEST",
    "toServer",
    "LogoutRequest",
    "1 player_id uint64",
    "2 session_token string*",
  ),
  row("[PKT-06]", 1_003, "LOGOUT_RESPONSE", "toClient", "LogoutResponse", ...answer),
  row(
    "[PKT-07]",
    1_004,
    "HEARTBEAT_REQUEST",
    "toServer",
    "HeartbeatRequest",
    "1 player_id uint64",
    "2 timestamp uint64",
  ),
  row(
    "[PKT-08]",
    1_005,
    "HEARTBEAT_RESPONSE",
    "toClient",
    "HeartbeatResponse",
    "1 server_timestamp uint64",
    "2 latency_ms uint32",
  ),
  row(
    "[PKT-09]",
    2_000,
    "ENTER_WORLD_REQUEST",
    "toServer",
    "EnterWorldRequest",
    "1 character_id uint64",
    "2 channel_id uint32",
    "3 session_token string*",
  ),
  row(
    "[PKT-09]",
    2_001,
    "ENTER_WORLD_RESPONSE",
    "toClient",
    "EnterWorldResponse",
    ...answer,
    "3 spawn_position Vector3",
    "4 map_id uint32",
    "16 entity_id uint64",
  ),
  row(
    "[PKT-10]",
    2_002,
    "MOVEMENT_UPDATE",
    "toServer",
    "MovementUpdate",
    "1 entity_id uint64",
    "2 position Vector3",
    "3 velocity Vector3",
    "4 rotation Vector3",
    "5 timestamp float",
    "6 sequence_number uint32",
  ),
  row(
    "[PKT-11]",
    2_003,
    "ENTITY_UPDATE",
    "toClient",
    "EntityUpdate",
    "1 entity_id uint64",
    "2 movement MovementUpdate",
    "3 health HealthUpdate",
    "4 status StatusUpdate",
  ),
  row(
    "[WIRE-11]",
    2_004,
    "COMBAT_ACTION",
    "toServer",
    "CombatAction",
    "1 attacker_id uint64",
    "2 target_id uint64",
    "3 skill_id uint32",
    "4 target_position Vector3",
    "5 cast_time float",
    "6 action_sequence uint32",
  ),
  row(
    "[WIRE-11]",
    2_005,
    "COMBAT_RESULT",
    "toClient",
    "CombatResult",
    "1 attacker_id uint64",
    "2 target_id uint64",
    "3 skill_id uint32",
    "4 damage uint32",
    "5 is_critical bool",
    "6 is_dodged bool",
    "7 is_blocked bool",
    "8 applied_effects [AppliedEffect]",
  ),
  row(
    "[WIRE-11]",
    2_006,
    "CHAT_MESSAGE",
    "both",
    "ChatMessage",
    "1 sender_id uint64",
    "2 sender_name string",
    "3 channel ChatChannel",
    "4 message string",
    "5 timestamp uint64",
    "6 recipient_id uint64",
  ),
  row(
    "[WIRE-11]",
    3_000,
    "GUILD_CREATE_REQUEST",
    "toServer",
    "GuildCreateRequest",
    "1 guild_name string",
    "2 charter_signers [uint64]",
  ),
  row(
    "[WIRE-11]",
    3_001,
    "GUILD_CREATE_RESPONSE",
    "toClient",
    "GuildCreateResponse",
    ...answer,
    "3 guild_id uint32",
  ),
  row(
    "[WIRE-11]",
    3_002,
    "GUILD_INVITE_REQUEST",
    "toServer",
    "GuildInviteRequest",
    "1 guild_id uint32",
    "2 target_id uint64",
    "3 target_name string",
  ),
  row("[WIRE-11]", 3_003, "GUILD_INVITE_RESPONSE", "toClient", "GuildInviteResponse", ...answer),
  row(
    "[WIRE-11]",
    3_004,
    "GUILD_WAR_REQUEST",
    "toServer",
    "GuildWarRequest",
    "1 target_guild_id uint32",
    "2 instanced bool",
  ),
  row(
    "[WIRE-11]",
    3_005,
    "GUILD_WAR_RESPONSE",
    "toClient",
    "GuildWarResponse",
    ...answer,
    "3 war_id uint32",
  ),
  row(
    "[WIRE-11]",
    3_006,
    "GUILD_INVITE_ACCEPT_REQUEST",
    "toServer",
    "GuildInviteAcceptRequest",
    "1 guild_id uint32",
  ),
  row("[WIRE-11]", 3_007, "GUILD_LEAVE_REQUEST", "toServer", "GuildLeaveRequest"),
  row(
    "[WIRE-11]",
    3_008,
    "DUEL_ACCEPT_REQUEST",
    "toServer",
    "DuelAcceptRequest",
    "1 challenger_id uint64",
  ),
  row(
    "[WIRE-11]",
    3_009,
    "DUEL_DECLINE_REQUEST",
    "toServer",
    "DuelDeclineRequest",
    "1 challenger_id uint64",
  ),
  row(
    "[PKT-19]",
    3_010,
    "GUILD_WAR_START",
    "toClient",
    "GuildWarStart",
    "1 war_id uint32",
    "2 attacker_guild_id uint32",
    "3 defender_guild_id uint32",
    "4 starts_at uint64",
    "5 ends_at uint64",
  ),
];

/** Ours, in the ranges that the published protocol leaves free. */
const additions: Readonly<Record<string, number>> = {
  PACKET_HELLO: 1_050,
  PACKET_ERROR: 1_051,
  PACKET_DISCONNECT: 1_052,
  PACKET_ECHO_REQUEST: 1_053,
  PACKET_ECHO_RESPONSE: 1_054,
  PACKET_PROMPT_ECHO_REQUEST: 1_055,
  PACKET_PROMPT_ECHO_RESPONSE: 1_056,
  PACKET_OPERATE_REQUEST: 1_060,
  PACKET_OPERATE_RESPONSE: 1_061,
  PACKET_SESSIONS_REQUEST: 1_062,
  PACKET_SESSIONS_RESPONSE: 1_063,
  PACKET_KICK_REQUEST: 1_064,
  PACKET_KICK_RESPONSE: 1_065,
  PACKET_ANNOUNCE_REQUEST: 1_066,
  PACKET_ANNOUNCE_RESPONSE: 1_067,
  PACKET_ANNOUNCEMENT: 1_068,
  PACKET_WORLD_UPDATE: 2_100,
  PACKET_DUEL_REQUEST: 2_101,
};

const schema = loadSchema();
const rules = packetRules(publishedContracts);

const fieldsOf = (name: string): string[] =>
  schema.lookupType(`reprise.v1.${name}`).fieldsArray.map((field) => {
    const type = field.repeated ? `[${field.type}]` : field.type;
    const name = field.name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return `${String(field.id)} ${name} ${type}${isSecret(field) ? "*" : ""}`;
  });

const isSecret = (field: protobuf.Field): boolean => field.options?.["(secret)"] === true;

const secretsOf = (name: string): number[] =>
  schema
    .lookupType(`reprise.v1.${name}`)
    .fieldsArray.filter(isSecret)
    .map(({ id }) => id);

const entries: readonly AnyEntry[] = publishedContracts.flatMap((contract) =>
  Object.values(contract.entries),
);
const valuesOf = (name: string): Readonly<Record<string, number>> =>
  schema.lookupEnum(`reprise.v1.${name}`).values;

describe("the published types", () => {
  it("[WIRE-11] are 24, and with UNKNOWN and ours they are the whole enum", () => {
    expect(published.length).toBe(24);
    const numbers = published.map(({ name, type }) => [`PACKET_${name}`, type]);
    expect(valuesOf("PacketType")).toEqual({
      PACKET_UNKNOWN: 0,
      ...Object.fromEntries(numbers),
      ...additions,
    });
  });

  it("[WIRE-11] are the types of the contracts, with ours and no others", () => {
    const all = [...published.map(({ type }) => type), ...Object.values(additions)];
    expect(new Set(rules.keys())).toEqual(new Set(all));
  });

  it.each(published)("$rule $type $name has its fields", ({ message, fields }) => {
    expect(fieldsOf(message)).toEqual(fields);
  });

  it.each(published)("$rule $type $name has its direction and secrets", (packet) => {
    const { type, direction, message } = packet;
    const rule = rules.get(packetType(type));
    expect(rule?.direction).toBe(direction);
    // What a client must not let the core see, and what the core must not see of an answer.
    const secrets = secretsOf(message);
    expect(rule?.secrets).toEqual(direction === "toServer" ? secrets : []);
    expect(rule?.seals).toEqual(direction === "toClient" ? secrets : []);
  });

  it.each(published)("$rule $type $name is carried by its message", ({ type, message }) => {
    const carriers = entries.flatMap((entry) => [
      ...(entry.type === type ? [entry.message] : []),
      ...(entry.kind === "request" && entry.replyType === type ? [entry.reply] : []),
    ]);
    expect(carriers.length).toBeGreaterThan(0);
    for (const carrier of carriers) expect(carrier).toHaveProperty("name", message);
  });

  it("[PKT-04] ServerInfo has the published numbers, and a load from 0 to 1 in field 7", () => {
    expect(fieldsOf("ServerInfo")).toEqual([
      "1 server_id uint32",
      "2 server_name string",
      "3 ip_address string",
      "4 port uint32",
      "5 current_players uint32",
      "6 max_players uint32",
      "7 load_factor float",
    ]);
  });

  it("[PKT-11] [PKT-20] have the messages inside them that the original has", () => {
    expect(fieldsOf("Vector3")).toEqual(["1 x float", "2 y float", "3 z float"]);
    expect(fieldsOf("Vector2")).toEqual(["1 x float", "2 y float"]);
    expect(fieldsOf("HealthUpdate")).toEqual([
      "1 current_hp uint32",
      "2 max_hp uint32",
      "3 shield uint32",
    ]);
    expect(fieldsOf("StatusUpdate")).toEqual([
      "1 buff_ids [uint32]",
      "2 debuff_ids [uint32]",
      "3 is_stunned bool",
      "4 is_silenced bool",
    ]);
    const oneofs = schema.lookupType("reprise.v1.EntityUpdate").oneofsArray;
    expect(oneofs.map(({ name, oneof }) => [name, oneof])).toEqual([
      ["update", ["movement", "health", "status"]],
    ]);
    expect(fieldsOf("AppliedEffect")).toEqual([
      "1 effect_id uint32",
      "2 duration float",
      "3 value float",
    ]);
    expect(valuesOf("ChatChannel")).toEqual({
      CHAT_CHANNEL_GLOBAL: 0,
      CHAT_CHANNEL_AREA: 1,
      CHAT_CHANNEL_GUILD: 2,
      CHAT_CHANNEL_PARTY: 3,
      CHAT_CHANNEL_WHISPER: 4,
      CHAT_CHANNEL_TRADE: 5,
    });
  });

  it("[PKT-11] carry a movement and a health of one entity as two updates, and lose neither", () => {
    const updates = [
      { entityId: 7, movement: { position: { x: 1 } } },
      { entityId: 7, health: { currentHp: 3 } },
    ];
    const bytes = encodePayload(game.v1.WorldUpdate, { tick: 1, updates });
    const heard = decodePayload(game.v1.WorldUpdate, bytes, 0, bytes.length)?.updates ?? [];
    expect(heard.map(({ movement, health }) => [movement?.position?.x, health?.currentHp])).toEqual(
      [
        [1, undefined],
        [undefined, 3],
      ],
    );
  });

  it("[PKT-20] Vector2 is x1 y2 as float: golden bytes", () => {
    const bytes = encodePayload(common.v1.Vector2, { x: 1, y: -2.5 });
    expect(Buffer.from(bytes).toString("hex")).toBe("0d0000803f15000020c0");
    expect(decodePayload(common.v1.Vector2, bytes, 0, bytes.length)).toEqual({ x: 1, y: -2.5 });
  });
});

describe("the schema files", () => {
  const messagesOf = (file: string): Set<string> => {
    const path = join(import.meta.dirname, "../../../proto", file);
    const { root } = protobuf.parse(readFileSync(path, "utf8"), new protobuf.Root());
    const namespace = root.lookup("reprise.v1") as protobuf.Namespace;
    return new Set(namespace.nestedArray.map(({ name }) => name));
  };

  it("[PKT-21] auth.proto holds login, logout and the list of servers", () => {
    const login = ["LoginRequest", "LoginResponse", "ServerInfo"];
    const logout = ["LogoutRequest", "LogoutResponse"];
    expect(messagesOf("auth.proto")).toEqual(new Set([...login, ...logout]));
  });

  it("[PKT-22] game.proto holds world entry, movement and the core of the game", () => {
    const messages = messagesOf("game.proto");
    const entry = ["EnterWorldRequest", "EnterWorldResponse"];
    const movement = ["MovementUpdate", "EntityUpdate", "WorldUpdate"];
    const play = ["CombatAction", "CombatResult", "ChatMessage", "DuelRequest"];
    for (const name of [...entry, ...movement, ...play]) expect(messages).toContain(name);
  });
});

describe("the error codes", () => {
  it("[PKT-23] are the published values, and ALREADY_LOGGED_IN is DUPLICATE_LOGIN", () => {
    expect(valuesOf("ErrorCode")).toMatchObject({
      ERROR_NONE: 0,
      ERROR_INVALID_CREDENTIALS: 1,
      ERROR_SERVER_FULL: 2,
      ERROR_VERSION_MISMATCH: 3,
      ERROR_BANNED: 4,
      ERROR_MAINTENANCE: 5,
      ERROR_INTERNAL: 6,
      ERROR_TIMEOUT: 7,
      ERROR_DUPLICATE_LOGIN: 8,
      ERROR_ALREADY_LOGGED_IN: 8,
      ERROR_INVALID_PACKET: 9,
      ERROR_RATE_LIMITED: 10,
    });
  });

  it("[PKT-23] of the schema are those of the table, and nothing else", () => {
    const table = Object.entries(errorTable).map(([name, { code }]) => [`ERROR_${name}`, code]);
    const expected = { ...Object.fromEntries(table), ERROR_ALREADY_LOGGED_IN: 8 };
    expect(valuesOf("ErrorCode")).toEqual(expected);
    expect({ ...common.v1.ErrorCode }).toMatchObject(expected);
  });
});

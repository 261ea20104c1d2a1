/** Logging in, on the login server, and logging out, on every server. */
import { limits } from "../../kernel/limits.ts";
import { reprise as pb } from "../../wire/gen/auth.js";
import {
  defineContract,
  identity,
  isInvalid,
  request,
  secretSlot,
  text,
} from "../../wire/index.ts";
import type { Invalid, SecretSlot } from "../../wire/index.ts";

/** What a login says. Empty fields are told apart by the feature, which has codes for them. */
export interface LoginAttempt {
  /** At most `usernameBytesMax` bytes; may be empty. */
  readonly username: string;
  /** Null when the client sent none. One of no bytes looks like any other to the core. */
  readonly password: SecretSlot | null;
  readonly clientVersion: string;
  /** Empty when the client does not say which device it is. */
  readonly deviceId: string;
}

export interface LogoutOrder {
  /** 0 when the client leaves it to the session. */
  readonly player: number;
  /** Null when the client leaves it to the session. */
  readonly token: SecretSlot | null;
}

export const loginContract = defineContract("login", {
  login: request(1_000, pb.v1.LoginRequest, 1_001, pb.v1.LoginResponse, parseLogin, {
    secrets: [2],
    seals: [4],
  }),
});

export const accountContract = defineContract("account", {
  logout: request(1_002, pb.v1.LogoutRequest, 1_003, pb.v1.LogoutResponse, parseLogout, {
    secrets: [2],
  }),
});

function parseLogin(message: pb.v1.LoginRequest): LoginAttempt | Invalid {
  const { usernameBytesMax, clientVersionBytesMax, deviceIdBytesMax } = limits;
  const username = text(message.username, "the username", usernameBytesMax);
  if (isInvalid(username)) return username;
  const password = secretSlot(message.passwordHash);
  if (isInvalid(password)) return password;
  const clientVersion = text(message.clientVersion, "the client version", clientVersionBytesMax);
  if (isInvalid(clientVersion)) return clientVersion;
  const deviceId = text(message.deviceId, "the device id", deviceIdBytesMax);
  if (isInvalid(deviceId)) return deviceId;
  return { username, password, clientVersion, deviceId };
}

function parseLogout(message: pb.v1.LogoutRequest): LogoutOrder | Invalid {
  const player = identity(message.playerId);
  if (isInvalid(player)) return player;
  const token = secretSlot(message.sessionToken);
  return isInvalid(token) ? token : { player, token };
}

/** Talking. One packet both ways: what the sender must not claim, the server fills in. */
import { limits } from "../../kernel/limits.ts";
import { reprise as pb } from "../../wire/gen/game.js";
import {
  defineContract,
  identity,
  invalid,
  isInvalid,
  text,
  toClient,
  toServer,
} from "../../wire/index.ts";
import type { Invalid } from "../../wire/index.ts";

/** Channels by their numbers on the wire. */
const channels = ["global", "area", "guild", "party", "whisper", "trade"] as const;
export type ChatChannel = (typeof channels)[number];

export interface Utterance {
  readonly channel: ChatChannel;
  /** 1..`chatBytesMax` bytes. */
  readonly message: string;
  /** The player who is whispered to, >= 1; 0 on every other channel. */
  readonly recipient: number;
}

export const chatContract = defineContract("chat", {
  say: toServer(2_006, pb.v1.ChatMessage, parseUtterance),
  said: toClient(2_006, pb.v1.ChatMessage),
});

function parseUtterance(sent: pb.v1.ChatMessage): Utterance | Invalid {
  const channel = channels[sent.channel];
  if (channel === undefined) return invalid("there is no such channel");
  const message = text(sent.message, "the message", limits.chatBytesMax);
  if (isInvalid(message)) return message;
  if (message === "") return invalid("the message is empty");
  const recipient = identity(sent.recipientId);
  if (isInvalid(recipient)) return recipient;
  if (channel !== "whisper") return { channel, message, recipient: 0 };
  return recipient === 0 ? invalid("a whisper names no player") : { channel, message, recipient };
}

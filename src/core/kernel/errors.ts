/**
 * Every error code that crosses the wire, in one table: number, meaning, whether it ends the
 * session, and whether trying again can help. 0..99 are the published protocol's, from 100 ours.
 */

interface ErrorDefinition {
  readonly code: number;
  readonly meaning: string;
  /** True when the session that gets this code is closed. */
  readonly closes: boolean;
  /** True when the same request may succeed later. */
  readonly retryable: boolean;
  /** True when the peer is cut off without a word: it is not to be trusted, or does not read. */
  readonly abuse: boolean;
}

const define = (
  code: number,
  meaning: string,
  {
    closes = false,
    retryable = false,
    abuse = false,
  }: { closes?: boolean; retryable?: boolean; abuse?: boolean } = {},
): ErrorDefinition => ({ code, meaning, closes: closes || abuse, retryable, abuse });

export const errorTable = {
  NONE: define(0, "no error"),
  INVALID_CREDENTIALS: define(1, "unknown user or wrong password"),
  SERVER_FULL: define(2, "all connection slots are taken", { closes: true, retryable: true }),
  VERSION_MISMATCH: define(3, "no protocol version that both sides speak", { closes: true }),
  BANNED: define(4, "the account is banned", { closes: true }),
  MAINTENANCE: define(5, "the server is draining", { closes: true, retryable: true }),
  INTERNAL: define(6, "the server failed on this request", { retryable: true }),
  TIMEOUT: define(7, "nothing was heard in time", { closes: true, retryable: true }),
  DUPLICATE_LOGIN: define(8, "the account is already logged in", { retryable: true }),
  INVALID_PACKET: define(9, "the packet cannot be understood"),
  RATE_LIMITED: define(10, "more packets than the budget allows", { retryable: true }),
  NOT_SERVED: define(100, "no feature of this server handles the packet type"),
  NOT_ALLOWED_IN_STATE: define(101, "the packet type is not allowed in the session's state"),
  UNAVAILABLE: define(102, "a service behind the server did not answer", { retryable: true }),
  LIMIT_REACHED: define(103, "a limit of the feature is reached", { retryable: true }),
  SERVER_ONLY: define(104, "only the server may send this packet type"),
  SEQUENCE_BROKEN: define(105, "the packet's sequence is not the next one", { closes: true }),
  FRAME_LENGTH_INVALID: define(106, "a frame of length 0 or above the limit", { abuse: true }),
  TOO_MANY_MALFORMED: define(107, "too many malformed packets in a row", { abuse: true }),
  HELLO_TIMEOUT: define(108, "no complete packet after connecting", {
    closes: true,
    retryable: true,
  }),
  SLOW_READER: define(109, "the peer reads too slowly", { abuse: true, retryable: true }),
  FLOOD: define(110, "refused packets above the limit", { abuse: true }),
  DEADLINE_EXCEEDED: define(111, "the call was not answered before its deadline", {
    retryable: true,
  }),
  SEALED_LOST: define(112, "the secret was lost in a crash", { retryable: true }),
  WRONG_TRANSPORT: define(113, "plain text on a TLS port, or the reverse", { closes: true }),
  FEATURE_FAILED: define(114, "a feature failed on this session's event", {
    closes: true,
    retryable: true,
  }),
  GOODBYE: define(115, "an orderly end", { closes: true, retryable: true }),
  NOT_PERMITTED: define(116, "the session's role may not do this"),
  KICKED: define(117, "a moderator or an operator has ended the session", { closes: true }),
  NOT_FOUND: define(118, "nothing here has that id or name"),
} as const satisfies Record<string, ErrorDefinition>;

export type ErrorCode = keyof typeof errorTable;

export const errorCodes = Object.keys(errorTable) as readonly ErrorCode[];

const byNumber = new Map<number, ErrorCode>(
  errorCodes.map((name) => [errorTable[name].code, name]),
);

/** The name of a code that came over the wire, or null for one that this build does not know. */
export const errorCodeOf = (code: number): ErrorCode | null => byNumber.get(code) ?? null;

/** A peer's fault: a value that travels to where the peer is refused or closed. */
export interface PeerError {
  readonly code: ErrorCode;
  /** One clause in plain words, without the peer's bytes. */
  readonly detail: string;
}

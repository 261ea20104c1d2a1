// Made by scripts/gen-proto.ts. Change the schema in proto instead.
import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace reprise. */
export namespace reprise {
  /** Namespace v1. */
  namespace v1 {
    /**
     * Properties of a GuildCreateRequest.
     * @deprecated Use reprise.v1.GuildCreateRequest.$Properties instead.
     */
    interface IGuildCreateRequest extends reprise.v1.GuildCreateRequest.$Properties {}

    /** 3000, to the server: founds a guild, which the sender leads. */
    class GuildCreateRequest {
      /**
       * Constructs a new GuildCreateRequest.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.GuildCreateRequest.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** GuildCreateRequest guildName. */
      guildName: string;

      /** Players who sign the charter. */
      charterSigners: (number | Long)[];

      /**
       * Encodes the specified GuildCreateRequest message. Does not implicitly {@link reprise.v1.GuildCreateRequest.verify|verify} messages.
       * @param message GuildCreateRequest message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.GuildCreateRequest.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a GuildCreateRequest message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.GuildCreateRequest & reprise.v1.GuildCreateRequest.$Shape} GuildCreateRequest
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.GuildCreateRequest & reprise.v1.GuildCreateRequest.$Shape;
    }

    namespace GuildCreateRequest {
      /** Properties of a GuildCreateRequest. */
      interface $Properties {
        /** GuildCreateRequest guildName */
        guildName?: string | null;

        /** Players who sign the charter. */
        charterSigners?: (number | Long)[] | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a GuildCreateRequest. */
      type $Shape = reprise.v1.GuildCreateRequest.$Properties;
    }

    /**
     * Properties of a GuildCreateResponse.
     * @deprecated Use reprise.v1.GuildCreateResponse.$Properties instead.
     */
    interface IGuildCreateResponse extends reprise.v1.GuildCreateResponse.$Properties {}

    /** 3001, to the client. */
    class GuildCreateResponse {
      /**
       * Constructs a new GuildCreateResponse.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.GuildCreateResponse.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** GuildCreateResponse success. */
      success: boolean;

      /** GuildCreateResponse errorCode. */
      errorCode: reprise.v1.ErrorCode;

      /** GuildCreateResponse guildId. */
      guildId: number;

      /**
       * Encodes the specified GuildCreateResponse message. Does not implicitly {@link reprise.v1.GuildCreateResponse.verify|verify} messages.
       * @param message GuildCreateResponse message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.GuildCreateResponse.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a GuildCreateResponse message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.GuildCreateResponse & reprise.v1.GuildCreateResponse.$Shape} GuildCreateResponse
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.GuildCreateResponse & reprise.v1.GuildCreateResponse.$Shape;
    }

    namespace GuildCreateResponse {
      /** Properties of a GuildCreateResponse. */
      interface $Properties {
        /** GuildCreateResponse success */
        success?: boolean | null;

        /** GuildCreateResponse errorCode */
        errorCode?: reprise.v1.ErrorCode | null;

        /** GuildCreateResponse guildId */
        guildId?: number | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a GuildCreateResponse. */
      type $Shape = reprise.v1.GuildCreateResponse.$Properties;
    }

    /**
     * Properties of a GuildInviteRequest.
     * @deprecated Use reprise.v1.GuildInviteRequest.$Properties instead.
     */
    interface IGuildInviteRequest extends reprise.v1.GuildInviteRequest.$Properties {}

    /** 3002, to the server: invites a player, by id or, when that is 0, by name. */
    class GuildInviteRequest {
      /**
       * Constructs a new GuildInviteRequest.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.GuildInviteRequest.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** GuildInviteRequest guildId. */
      guildId: number;

      /** GuildInviteRequest targetId. */
      targetId: number | Long;

      /** GuildInviteRequest targetName. */
      targetName: string;

      /**
       * Encodes the specified GuildInviteRequest message. Does not implicitly {@link reprise.v1.GuildInviteRequest.verify|verify} messages.
       * @param message GuildInviteRequest message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.GuildInviteRequest.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a GuildInviteRequest message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.GuildInviteRequest & reprise.v1.GuildInviteRequest.$Shape} GuildInviteRequest
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.GuildInviteRequest & reprise.v1.GuildInviteRequest.$Shape;
    }

    namespace GuildInviteRequest {
      /** Properties of a GuildInviteRequest. */
      interface $Properties {
        /** GuildInviteRequest guildId */
        guildId?: number | null;

        /** GuildInviteRequest targetId */
        targetId?: number | Long | null;

        /** GuildInviteRequest targetName */
        targetName?: string | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a GuildInviteRequest. */
      type $Shape = reprise.v1.GuildInviteRequest.$Properties;
    }

    /**
     * Properties of a GuildInviteResponse.
     * @deprecated Use reprise.v1.GuildInviteResponse.$Properties instead.
     */
    interface IGuildInviteResponse extends reprise.v1.GuildInviteResponse.$Properties {}

    /** 3003, to the client. */
    class GuildInviteResponse {
      /**
       * Constructs a new GuildInviteResponse.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.GuildInviteResponse.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** GuildInviteResponse success. */
      success: boolean;

      /** GuildInviteResponse errorCode. */
      errorCode: reprise.v1.ErrorCode;

      /**
       * Encodes the specified GuildInviteResponse message. Does not implicitly {@link reprise.v1.GuildInviteResponse.verify|verify} messages.
       * @param message GuildInviteResponse message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.GuildInviteResponse.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a GuildInviteResponse message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.GuildInviteResponse & reprise.v1.GuildInviteResponse.$Shape} GuildInviteResponse
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.GuildInviteResponse & reprise.v1.GuildInviteResponse.$Shape;
    }

    namespace GuildInviteResponse {
      /** Properties of a GuildInviteResponse. */
      interface $Properties {
        /** GuildInviteResponse success */
        success?: boolean | null;

        /** GuildInviteResponse errorCode */
        errorCode?: reprise.v1.ErrorCode | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a GuildInviteResponse. */
      type $Shape = reprise.v1.GuildInviteResponse.$Properties;
    }

    /**
     * Properties of a GuildWarRequest.
     * @deprecated Use reprise.v1.GuildWarRequest.$Properties instead.
     */
    interface IGuildWarRequest extends reprise.v1.GuildWarRequest.$Properties {}

    /** 3004, to the server: declares war. */
    class GuildWarRequest {
      /**
       * Constructs a new GuildWarRequest.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.GuildWarRequest.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** GuildWarRequest targetGuildId. */
      targetGuildId: number;

      /** On ground of its own instead of in the open world. */
      instanced: boolean;

      /**
       * Encodes the specified GuildWarRequest message. Does not implicitly {@link reprise.v1.GuildWarRequest.verify|verify} messages.
       * @param message GuildWarRequest message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.GuildWarRequest.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a GuildWarRequest message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.GuildWarRequest & reprise.v1.GuildWarRequest.$Shape} GuildWarRequest
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.GuildWarRequest & reprise.v1.GuildWarRequest.$Shape;
    }

    namespace GuildWarRequest {
      /** Properties of a GuildWarRequest. */
      interface $Properties {
        /** GuildWarRequest targetGuildId */
        targetGuildId?: number | null;

        /** On ground of its own instead of in the open world. */
        instanced?: boolean | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a GuildWarRequest. */
      type $Shape = reprise.v1.GuildWarRequest.$Properties;
    }

    /**
     * Properties of a GuildWarResponse.
     * @deprecated Use reprise.v1.GuildWarResponse.$Properties instead.
     */
    interface IGuildWarResponse extends reprise.v1.GuildWarResponse.$Properties {}

    /** 3005, to the client. */
    class GuildWarResponse {
      /**
       * Constructs a new GuildWarResponse.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.GuildWarResponse.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** GuildWarResponse success. */
      success: boolean;

      /** GuildWarResponse errorCode. */
      errorCode: reprise.v1.ErrorCode;

      /** GuildWarResponse warId. */
      warId: number;

      /**
       * Encodes the specified GuildWarResponse message. Does not implicitly {@link reprise.v1.GuildWarResponse.verify|verify} messages.
       * @param message GuildWarResponse message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.GuildWarResponse.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a GuildWarResponse message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.GuildWarResponse & reprise.v1.GuildWarResponse.$Shape} GuildWarResponse
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.GuildWarResponse & reprise.v1.GuildWarResponse.$Shape;
    }

    namespace GuildWarResponse {
      /** Properties of a GuildWarResponse. */
      interface $Properties {
        /** GuildWarResponse success */
        success?: boolean | null;

        /** GuildWarResponse errorCode */
        errorCode?: reprise.v1.ErrorCode | null;

        /** GuildWarResponse warId */
        warId?: number | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a GuildWarResponse. */
      type $Shape = reprise.v1.GuildWarResponse.$Properties;
    }

    /**
     * Properties of a GuildInviteAcceptRequest.
     * @deprecated Use reprise.v1.GuildInviteAcceptRequest.$Properties instead.
     */
    interface IGuildInviteAcceptRequest extends reprise.v1.GuildInviteAcceptRequest.$Properties {}

    /** 3006, to the server: takes an invitation up. */
    class GuildInviteAcceptRequest {
      /**
       * Constructs a new GuildInviteAcceptRequest.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.GuildInviteAcceptRequest.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** GuildInviteAcceptRequest guildId. */
      guildId: number;

      /**
       * Encodes the specified GuildInviteAcceptRequest message. Does not implicitly {@link reprise.v1.GuildInviteAcceptRequest.verify|verify} messages.
       * @param message GuildInviteAcceptRequest message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.GuildInviteAcceptRequest.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a GuildInviteAcceptRequest message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.GuildInviteAcceptRequest & reprise.v1.GuildInviteAcceptRequest.$Shape} GuildInviteAcceptRequest
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.GuildInviteAcceptRequest & reprise.v1.GuildInviteAcceptRequest.$Shape;
    }

    namespace GuildInviteAcceptRequest {
      /** Properties of a GuildInviteAcceptRequest. */
      interface $Properties {
        /** GuildInviteAcceptRequest guildId */
        guildId?: number | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a GuildInviteAcceptRequest. */
      type $Shape = reprise.v1.GuildInviteAcceptRequest.$Properties;
    }

    /**
     * Properties of a GuildLeaveRequest.
     * @deprecated Use reprise.v1.GuildLeaveRequest.$Properties instead.
     */
    interface IGuildLeaveRequest extends reprise.v1.GuildLeaveRequest.$Properties {}

    /** 3007, to the server: leaves the guild that the sender is in. */
    class GuildLeaveRequest {
      /**
       * Constructs a new GuildLeaveRequest.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.GuildLeaveRequest.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /**
       * Encodes the specified GuildLeaveRequest message. Does not implicitly {@link reprise.v1.GuildLeaveRequest.verify|verify} messages.
       * @param message GuildLeaveRequest message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.GuildLeaveRequest.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a GuildLeaveRequest message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.GuildLeaveRequest & reprise.v1.GuildLeaveRequest.$Shape} GuildLeaveRequest
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.GuildLeaveRequest & reprise.v1.GuildLeaveRequest.$Shape;
    }

    namespace GuildLeaveRequest {
      /** Properties of a GuildLeaveRequest. */
      interface $Properties {
        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a GuildLeaveRequest. */
      type $Shape = reprise.v1.GuildLeaveRequest.$Properties;
    }

    /**
     * Properties of a GuildWarStart.
     * @deprecated Use reprise.v1.GuildWarStart.$Properties instead.
     */
    interface IGuildWarStart extends reprise.v1.GuildWarStart.$Properties {}

    /** 3010, to the client: a war of one's guild becomes active. */
    class GuildWarStart {
      /**
       * Constructs a new GuildWarStart.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.GuildWarStart.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** GuildWarStart warId. */
      warId: number;

      /** GuildWarStart attackerGuildId. */
      attackerGuildId: number;

      /** GuildWarStart defenderGuildId. */
      defenderGuildId: number;

      /** Milliseconds since the epoch. */
      startsAt: number | Long;

      /** Milliseconds since the epoch. */
      endsAt: number | Long;

      /**
       * Encodes the specified GuildWarStart message. Does not implicitly {@link reprise.v1.GuildWarStart.verify|verify} messages.
       * @param message GuildWarStart message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.GuildWarStart.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a GuildWarStart message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.GuildWarStart & reprise.v1.GuildWarStart.$Shape} GuildWarStart
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.GuildWarStart & reprise.v1.GuildWarStart.$Shape;
    }

    namespace GuildWarStart {
      /** Properties of a GuildWarStart. */
      interface $Properties {
        /** GuildWarStart warId */
        warId?: number | null;

        /** GuildWarStart attackerGuildId */
        attackerGuildId?: number | null;

        /** GuildWarStart defenderGuildId */
        defenderGuildId?: number | null;

        /** Milliseconds since the epoch. */
        startsAt?: number | Long | null;

        /** Milliseconds since the epoch. */
        endsAt?: number | Long | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a GuildWarStart. */
      type $Shape = reprise.v1.GuildWarStart.$Properties;
    }

    /**
     * Why a request was not granted. 0-99 are the published protocol's numbers, from 100 Reprise's. A
     * code that a client does not know may be tried again later.
     */
    enum ErrorCode {
      /** ERROR_NONE value */
      ERROR_NONE = 0,

      /** ERROR_INVALID_CREDENTIALS value */
      ERROR_INVALID_CREDENTIALS = 1,

      /** ERROR_SERVER_FULL value */
      ERROR_SERVER_FULL = 2,

      /** ERROR_VERSION_MISMATCH value */
      ERROR_VERSION_MISMATCH = 3,

      /** ERROR_BANNED value */
      ERROR_BANNED = 4,

      /** ERROR_MAINTENANCE value */
      ERROR_MAINTENANCE = 5,

      /** ERROR_INTERNAL value */
      ERROR_INTERNAL = 6,

      /** ERROR_TIMEOUT value */
      ERROR_TIMEOUT = 7,

      /** ERROR_DUPLICATE_LOGIN value */
      ERROR_DUPLICATE_LOGIN = 8,

      /** Another name of the same condition. */
      ERROR_ALREADY_LOGGED_IN = 8,

      /** ERROR_INVALID_PACKET value */
      ERROR_INVALID_PACKET = 9,

      /** ERROR_RATE_LIMITED value */
      ERROR_RATE_LIMITED = 10,

      /** ERROR_NOT_SERVED value */
      ERROR_NOT_SERVED = 100,

      /** ERROR_NOT_ALLOWED_IN_STATE value */
      ERROR_NOT_ALLOWED_IN_STATE = 101,

      /** ERROR_UNAVAILABLE value */
      ERROR_UNAVAILABLE = 102,

      /** ERROR_LIMIT_REACHED value */
      ERROR_LIMIT_REACHED = 103,

      /** ERROR_SERVER_ONLY value */
      ERROR_SERVER_ONLY = 104,

      /** ERROR_SEQUENCE_BROKEN value */
      ERROR_SEQUENCE_BROKEN = 105,

      /** ERROR_FRAME_LENGTH_INVALID value */
      ERROR_FRAME_LENGTH_INVALID = 106,

      /** ERROR_TOO_MANY_MALFORMED value */
      ERROR_TOO_MANY_MALFORMED = 107,

      /** ERROR_HELLO_TIMEOUT value */
      ERROR_HELLO_TIMEOUT = 108,

      /** ERROR_SLOW_READER value */
      ERROR_SLOW_READER = 109,

      /** ERROR_FLOOD value */
      ERROR_FLOOD = 110,

      /** ERROR_DEADLINE_EXCEEDED value */
      ERROR_DEADLINE_EXCEEDED = 111,

      /** ERROR_SEALED_LOST value */
      ERROR_SEALED_LOST = 112,

      /** ERROR_WRONG_TRANSPORT value */
      ERROR_WRONG_TRANSPORT = 113,

      /** ERROR_FEATURE_FAILED value */
      ERROR_FEATURE_FAILED = 114,

      /** ERROR_GOODBYE value */
      ERROR_GOODBYE = 115,

      /** ERROR_NOT_PERMITTED value */
      ERROR_NOT_PERMITTED = 116,

      /** ERROR_KICKED value */
      ERROR_KICKED = 117,

      /** ERROR_NOT_FOUND value */
      ERROR_NOT_FOUND = 118,
    }
  }
}

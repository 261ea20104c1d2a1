// Made by scripts/gen-proto.ts. Change the schema in proto instead.
import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace reprise. */
export namespace reprise {
  /** Namespace v1. */
  namespace v1 {
    /** What an account may do beside playing. */
    enum PlayerRole {
      /** PLAYER_ROLE_PLAYER value */
      PLAYER_ROLE_PLAYER = 0,

      /** Sees who is there, and ends the sessions of whom it must. */
      PLAYER_ROLE_MODERATOR = 1,

      /** May do everything that can be done here. */
      PLAYER_ROLE_OPERATOR = 2,
    }

    /** How far a session has come. */
    enum SessionState {
      /** SESSION_STATE_HANDSHAKING value */
      SESSION_STATE_HANDSHAKING = 0,

      /** SESSION_STATE_CONNECTED value */
      SESSION_STATE_CONNECTED = 1,

      /** SESSION_STATE_AUTHENTICATED value */
      SESSION_STATE_AUTHENTICATED = 2,

      /** SESSION_STATE_IN_WORLD value */
      SESSION_STATE_IN_WORLD = 3,

      /** Told to end. */
      SESSION_STATE_DISCONNECTING = 4,
    }

    /**
     * Properties of an OperateRequest.
     * @deprecated Use reprise.v1.OperateRequest.$Properties instead.
     */
    interface IOperateRequest extends reprise.v1.OperateRequest.$Properties {}

    /**
     * 1060, to either server: makes the session that of the token's moderator or operator, who does not
     * enter the world.
     */
    class OperateRequest {
      /**
       * Constructs a new OperateRequest.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.OperateRequest.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** From the login response. */
      sessionToken: string;

      /**
       * Encodes the specified OperateRequest message. Does not implicitly {@link reprise.v1.OperateRequest.verify|verify} messages.
       * @param message OperateRequest message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.OperateRequest.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes an OperateRequest message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.OperateRequest & reprise.v1.OperateRequest.$Shape} OperateRequest
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.OperateRequest & reprise.v1.OperateRequest.$Shape;
    }

    namespace OperateRequest {
      /** Properties of an OperateRequest. */
      interface $Properties {
        /** From the login response. */
        sessionToken?: string | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of an OperateRequest. */
      type $Shape = reprise.v1.OperateRequest.$Properties;
    }

    /**
     * Properties of an OperateResponse.
     * @deprecated Use reprise.v1.OperateResponse.$Properties instead.
     */
    interface IOperateResponse extends reprise.v1.OperateResponse.$Properties {}

    /** 1061, to the client. */
    class OperateResponse {
      /**
       * Constructs a new OperateResponse.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.OperateResponse.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** OperateResponse playerId. */
      playerId: number | Long;

      /** OperateResponse role. */
      role: reprise.v1.PlayerRole;

      /**
       * Encodes the specified OperateResponse message. Does not implicitly {@link reprise.v1.OperateResponse.verify|verify} messages.
       * @param message OperateResponse message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.OperateResponse.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes an OperateResponse message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.OperateResponse & reprise.v1.OperateResponse.$Shape} OperateResponse
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.OperateResponse & reprise.v1.OperateResponse.$Shape;
    }

    namespace OperateResponse {
      /** Properties of an OperateResponse. */
      interface $Properties {
        /** OperateResponse playerId */
        playerId?: number | Long | null;

        /** OperateResponse role */
        role?: reprise.v1.PlayerRole | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of an OperateResponse. */
      type $Shape = reprise.v1.OperateResponse.$Properties;
    }

    /**
     * Properties of a SessionsRequest.
     * @deprecated Use reprise.v1.SessionsRequest.$Properties instead.
     */
    interface ISessionsRequest extends reprise.v1.SessionsRequest.$Properties {}

    /** 1062, to either server: who is there? */
    class SessionsRequest {
      /**
       * Constructs a new SessionsRequest.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.SessionsRequest.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** The last session of the page before; 0 for the first page. */
      afterSessionId: number | Long;

      /** How many at most; 0 or more than 100 is 100. */
      limit: number;

      /**
       * Encodes the specified SessionsRequest message. Does not implicitly {@link reprise.v1.SessionsRequest.verify|verify} messages.
       * @param message SessionsRequest message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.SessionsRequest.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a SessionsRequest message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.SessionsRequest & reprise.v1.SessionsRequest.$Shape} SessionsRequest
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.SessionsRequest & reprise.v1.SessionsRequest.$Shape;
    }

    namespace SessionsRequest {
      /** Properties of a SessionsRequest. */
      interface $Properties {
        /** The last session of the page before; 0 for the first page. */
        afterSessionId?: number | Long | null;

        /** How many at most; 0 or more than 100 is 100. */
        limit?: number | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a SessionsRequest. */
      type $Shape = reprise.v1.SessionsRequest.$Properties;
    }

    /**
     * Properties of a SessionsResponse.
     * @deprecated Use reprise.v1.SessionsResponse.$Properties instead.
     */
    interface ISessionsResponse extends reprise.v1.SessionsResponse.$Properties {}

    /** 1063, to the client: sessions in the order of their ids. */
    class SessionsResponse {
      /**
       * Constructs a new SessionsResponse.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.SessionsResponse.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** SessionsResponse sessions. */
      sessions: reprise.v1.SessionInfo.$Properties[];

      /** Whether there are others behind these. */
      more: boolean;

      /** How many there are in all. */
      total: number;

      /**
       * Encodes the specified SessionsResponse message. Does not implicitly {@link reprise.v1.SessionsResponse.verify|verify} messages.
       * @param message SessionsResponse message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.SessionsResponse.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a SessionsResponse message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.SessionsResponse & reprise.v1.SessionsResponse.$Shape} SessionsResponse
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.SessionsResponse & reprise.v1.SessionsResponse.$Shape;
    }

    namespace SessionsResponse {
      /** Properties of a SessionsResponse. */
      interface $Properties {
        /** SessionsResponse sessions */
        sessions?: reprise.v1.SessionInfo.$Properties[] | null;

        /** Whether there are others behind these. */
        more?: boolean | null;

        /** How many there are in all. */
        total?: number | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a SessionsResponse. */
      type $Shape = reprise.v1.SessionsResponse.$Properties;
    }

    /**
     * Properties of a SessionInfo.
     * @deprecated Use reprise.v1.SessionInfo.$Properties instead.
     */
    interface ISessionInfo extends reprise.v1.SessionInfo.$Properties {}

    /** A session that has begun and not yet ended. */
    class SessionInfo {
      /**
       * Constructs a new SessionInfo.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.SessionInfo.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** SessionInfo sessionId. */
      sessionId: number | Long;

      /** SessionInfo state. */
      state: reprise.v1.SessionState;

      /** 0 while it is nobody's. */
      playerId: number | Long;

      /** SessionInfo playerName. */
      playerName: string;

      /** SessionInfo role. */
      role: reprise.v1.PlayerRole;

      /** The address of the link's other end; for operators only, to others empty. */
      remote: string;

      /** Whether the link is encrypted. */
      secure: boolean;

      /** Milliseconds since the epoch, by the server's steady clock. */
      openedAt: number | Long;

      /** When its last packet came. */
      heardAt: number | Long;

      /**
       * Encodes the specified SessionInfo message. Does not implicitly {@link reprise.v1.SessionInfo.verify|verify} messages.
       * @param message SessionInfo message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.SessionInfo.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a SessionInfo message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.SessionInfo & reprise.v1.SessionInfo.$Shape} SessionInfo
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.SessionInfo & reprise.v1.SessionInfo.$Shape;
    }

    namespace SessionInfo {
      /** Properties of a SessionInfo. */
      interface $Properties {
        /** SessionInfo sessionId */
        sessionId?: number | Long | null;

        /** SessionInfo state */
        state?: reprise.v1.SessionState | null;

        /** 0 while it is nobody's. */
        playerId?: number | Long | null;

        /** SessionInfo playerName */
        playerName?: string | null;

        /** SessionInfo role */
        role?: reprise.v1.PlayerRole | null;

        /** The address of the link's other end; for operators only, to others empty. */
        remote?: string | null;

        /** Whether the link is encrypted. */
        secure?: boolean | null;

        /** Milliseconds since the epoch, by the server's steady clock. */
        openedAt?: number | Long | null;

        /** When its last packet came. */
        heardAt?: number | Long | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a SessionInfo. */
      type $Shape = reprise.v1.SessionInfo.$Properties;
    }

    /**
     * Properties of a KickRequest.
     * @deprecated Use reprise.v1.KickRequest.$Properties instead.
     */
    interface IKickRequest extends reprise.v1.KickRequest.$Properties {}

    /** 1064, to either server: ends a session, named by its id or, when that is 0, by its player. */
    class KickRequest {
      /**
       * Constructs a new KickRequest.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.KickRequest.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** KickRequest sessionId. */
      sessionId: number | Long;

      /** KickRequest playerName. */
      playerName: string;

      /** For the server's log. */
      reason: string;

      /**
       * Encodes the specified KickRequest message. Does not implicitly {@link reprise.v1.KickRequest.verify|verify} messages.
       * @param message KickRequest message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.KickRequest.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a KickRequest message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.KickRequest & reprise.v1.KickRequest.$Shape} KickRequest
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.KickRequest & reprise.v1.KickRequest.$Shape;
    }

    namespace KickRequest {
      /** Properties of a KickRequest. */
      interface $Properties {
        /** KickRequest sessionId */
        sessionId?: number | Long | null;

        /** KickRequest playerName */
        playerName?: string | null;

        /** For the server's log. */
        reason?: string | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a KickRequest. */
      type $Shape = reprise.v1.KickRequest.$Properties;
    }

    /**
     * Properties of a KickResponse.
     * @deprecated Use reprise.v1.KickResponse.$Properties instead.
     */
    interface IKickResponse extends reprise.v1.KickResponse.$Properties {}

    /** 1065, to the client: the session that was told to end. */
    class KickResponse {
      /**
       * Constructs a new KickResponse.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.KickResponse.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** KickResponse sessionId. */
      sessionId: number | Long;

      /** 0 when it was nobody's. */
      playerId: number | Long;

      /** KickResponse playerName. */
      playerName: string;

      /**
       * Encodes the specified KickResponse message. Does not implicitly {@link reprise.v1.KickResponse.verify|verify} messages.
       * @param message KickResponse message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.KickResponse.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a KickResponse message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.KickResponse & reprise.v1.KickResponse.$Shape} KickResponse
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.KickResponse & reprise.v1.KickResponse.$Shape;
    }

    namespace KickResponse {
      /** Properties of a KickResponse. */
      interface $Properties {
        /** KickResponse sessionId */
        sessionId?: number | Long | null;

        /** 0 when it was nobody's. */
        playerId?: number | Long | null;

        /** KickResponse playerName */
        playerName?: string | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a KickResponse. */
      type $Shape = reprise.v1.KickResponse.$Properties;
    }

    /**
     * Properties of an AnnounceRequest.
     * @deprecated Use reprise.v1.AnnounceRequest.$Properties instead.
     */
    interface IAnnounceRequest extends reprise.v1.AnnounceRequest.$Properties {}

    /** 1066, to either server: tells something to everybody who has logged in there. */
    class AnnounceRequest {
      /**
       * Constructs a new AnnounceRequest.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.AnnounceRequest.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** AnnounceRequest message. */
      message: string;

      /**
       * Encodes the specified AnnounceRequest message. Does not implicitly {@link reprise.v1.AnnounceRequest.verify|verify} messages.
       * @param message AnnounceRequest message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.AnnounceRequest.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes an AnnounceRequest message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.AnnounceRequest & reprise.v1.AnnounceRequest.$Shape} AnnounceRequest
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.AnnounceRequest & reprise.v1.AnnounceRequest.$Shape;
    }

    namespace AnnounceRequest {
      /** Properties of an AnnounceRequest. */
      interface $Properties {
        /** AnnounceRequest message */
        message?: string | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of an AnnounceRequest. */
      type $Shape = reprise.v1.AnnounceRequest.$Properties;
    }

    /**
     * Properties of an AnnounceResponse.
     * @deprecated Use reprise.v1.AnnounceResponse.$Properties instead.
     */
    interface IAnnounceResponse extends reprise.v1.AnnounceResponse.$Properties {}

    /** 1067, to the client. */
    class AnnounceResponse {
      /**
       * Constructs a new AnnounceResponse.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.AnnounceResponse.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** To how many sessions it went. */
      receivers: number;

      /**
       * Encodes the specified AnnounceResponse message. Does not implicitly {@link reprise.v1.AnnounceResponse.verify|verify} messages.
       * @param message AnnounceResponse message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.AnnounceResponse.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes an AnnounceResponse message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.AnnounceResponse & reprise.v1.AnnounceResponse.$Shape} AnnounceResponse
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.AnnounceResponse & reprise.v1.AnnounceResponse.$Shape;
    }

    namespace AnnounceResponse {
      /** Properties of an AnnounceResponse. */
      interface $Properties {
        /** To how many sessions it went. */
        receivers?: number | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of an AnnounceResponse. */
      type $Shape = reprise.v1.AnnounceResponse.$Properties;
    }

    /**
     * Properties of an Announcement.
     * @deprecated Use reprise.v1.Announcement.$Properties instead.
     */
    interface IAnnouncement extends reprise.v1.Announcement.$Properties {}

    /** 1068, to the client: an operator tells everybody something. For players. */
    class Announcement {
      /**
       * Constructs a new Announcement.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.Announcement.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** Announcement message. */
      message: string;

      /** Milliseconds since the epoch. */
      timestamp: number | Long;

      /**
       * Encodes the specified Announcement message. Does not implicitly {@link reprise.v1.Announcement.verify|verify} messages.
       * @param message Announcement message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.Announcement.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes an Announcement message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.Announcement & reprise.v1.Announcement.$Shape} Announcement
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.Announcement & reprise.v1.Announcement.$Shape;
    }

    namespace Announcement {
      /** Properties of an Announcement. */
      interface $Properties {
        /** Announcement message */
        message?: string | null;

        /** Milliseconds since the epoch. */
        timestamp?: number | Long | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of an Announcement. */
      type $Shape = reprise.v1.Announcement.$Properties;
    }
  }
}

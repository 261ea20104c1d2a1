// Made by scripts/gen-proto.ts. Change the schema in proto instead.
import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace reprise. */
export namespace reprise {
  /** Namespace v1. */
  namespace v1 {
    /**
     * Properties of a LoginRequest.
     * @deprecated Use reprise.v1.LoginRequest.$Properties instead.
     */
    interface ILoginRequest extends reprise.v1.LoginRequest.$Properties {}

    /** 1000, to the login server: who is there. */
    class LoginRequest {
      /**
       * Constructs a new LoginRequest.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.LoginRequest.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** LoginRequest username. */
      username: string;

      /**
       * What the account was registered with: the SHA-256 of the password in hexadecimal, or whatever
       * else the game's clients derive from it. To the server it is the password.
       */
      passwordHash: string;

      /** LoginRequest clientVersion. */
      clientVersion: string;

      /** Tells the devices of one player apart; the same device may take its own session over. */
      deviceId: string;

      /**
       * Encodes the specified LoginRequest message. Does not implicitly {@link reprise.v1.LoginRequest.verify|verify} messages.
       * @param message LoginRequest message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.LoginRequest.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a LoginRequest message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.LoginRequest & reprise.v1.LoginRequest.$Shape} LoginRequest
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.LoginRequest & reprise.v1.LoginRequest.$Shape;
    }

    namespace LoginRequest {
      /** Properties of a LoginRequest. */
      interface $Properties {
        /** LoginRequest username */
        username?: string | null;

        /**
         * What the account was registered with: the SHA-256 of the password in hexadecimal, or whatever
         * else the game's clients derive from it. To the server it is the password.
         */
        passwordHash?: string | null;

        /** LoginRequest clientVersion */
        clientVersion?: string | null;

        /** Tells the devices of one player apart; the same device may take its own session over. */
        deviceId?: string | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a LoginRequest. */
      type $Shape = reprise.v1.LoginRequest.$Properties;
    }

    /**
     * Properties of a LoginResponse.
     * @deprecated Use reprise.v1.LoginResponse.$Properties instead.
     */
    interface ILoginResponse extends reprise.v1.LoginResponse.$Properties {}

    /** 1001, to the client. */
    class LoginResponse {
      /**
       * Constructs a new LoginResponse.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.LoginResponse.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** LoginResponse success. */
      success: boolean;

      /** ERROR_NONE on success. */
      errorCode: reprise.v1.ErrorCode;

      /** Plain words for a developer, not for a player. */
      errorMessage: string;

      /** What the game server lets this player in for, a JWT. Empty unless the login succeeded. */
      sessionToken: string;

      /** LoginResponse playerId. */
      playerId: number | Long;

      /** Those that have room, the emptiest first. */
      gameServers: reprise.v1.ServerInfo.$Properties[];

      /**
       * Encodes the specified LoginResponse message. Does not implicitly {@link reprise.v1.LoginResponse.verify|verify} messages.
       * @param message LoginResponse message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.LoginResponse.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a LoginResponse message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.LoginResponse & reprise.v1.LoginResponse.$Shape} LoginResponse
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.LoginResponse & reprise.v1.LoginResponse.$Shape;
    }

    namespace LoginResponse {
      /** Properties of a LoginResponse. */
      interface $Properties {
        /** LoginResponse success */
        success?: boolean | null;

        /** ERROR_NONE on success. */
        errorCode?: reprise.v1.ErrorCode | null;

        /** Plain words for a developer, not for a player. */
        errorMessage?: string | null;

        /** What the game server lets this player in for, a JWT. Empty unless the login succeeded. */
        sessionToken?: string | null;

        /** LoginResponse playerId */
        playerId?: number | Long | null;

        /** Those that have room, the emptiest first. */
        gameServers?: reprise.v1.ServerInfo.$Properties[] | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a LoginResponse. */
      type $Shape = reprise.v1.LoginResponse.$Properties;
    }

    /**
     * Properties of a ServerInfo.
     * @deprecated Use reprise.v1.ServerInfo.$Properties instead.
     */
    interface IServerInfo extends reprise.v1.ServerInfo.$Properties {}

    /** A game server that can be entered. */
    class ServerInfo {
      /**
       * Constructs a new ServerInfo.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.ServerInfo.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** ServerInfo serverId. */
      serverId: number;

      /** For players, such as "Dragon Server". */
      serverName: string;

      /** ServerInfo ipAddress. */
      ipAddress: string;

      /** ServerInfo port. */
      port: number;

      /** ServerInfo currentPlayers. */
      currentPlayers: number;

      /** ServerInfo maxPlayers. */
      maxPlayers: number;

      /** current_players / max_players: 0.0 is empty, 1.0 is full. */
      loadFactor: number;

      /**
       * Encodes the specified ServerInfo message. Does not implicitly {@link reprise.v1.ServerInfo.verify|verify} messages.
       * @param message ServerInfo message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.ServerInfo.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a ServerInfo message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.ServerInfo & reprise.v1.ServerInfo.$Shape} ServerInfo
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.ServerInfo & reprise.v1.ServerInfo.$Shape;
    }

    namespace ServerInfo {
      /** Properties of a ServerInfo. */
      interface $Properties {
        /** ServerInfo serverId */
        serverId?: number | null;

        /** For players, such as "Dragon Server". */
        serverName?: string | null;

        /** ServerInfo ipAddress */
        ipAddress?: string | null;

        /** ServerInfo port */
        port?: number | null;

        /** ServerInfo currentPlayers */
        currentPlayers?: number | null;

        /** ServerInfo maxPlayers */
        maxPlayers?: number | null;

        /** current_players / max_players: 0.0 is empty, 1.0 is full. */
        loadFactor?: number | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a ServerInfo. */
      type $Shape = reprise.v1.ServerInfo.$Properties;
    }

    /**
     * Properties of a LogoutRequest.
     * @deprecated Use reprise.v1.LogoutRequest.$Properties instead.
     */
    interface ILogoutRequest extends reprise.v1.LogoutRequest.$Properties {}

    /** 1002, to either server: ends the login. The token is worth nothing from then on. */
    class LogoutRequest {
      /**
       * Constructs a new LogoutRequest.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.LogoutRequest.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** LogoutRequest playerId. */
      playerId: number | Long;

      /** LogoutRequest sessionToken. */
      sessionToken: string;

      /**
       * Encodes the specified LogoutRequest message. Does not implicitly {@link reprise.v1.LogoutRequest.verify|verify} messages.
       * @param message LogoutRequest message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.LogoutRequest.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a LogoutRequest message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.LogoutRequest & reprise.v1.LogoutRequest.$Shape} LogoutRequest
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.LogoutRequest & reprise.v1.LogoutRequest.$Shape;
    }

    namespace LogoutRequest {
      /** Properties of a LogoutRequest. */
      interface $Properties {
        /** LogoutRequest playerId */
        playerId?: number | Long | null;

        /** LogoutRequest sessionToken */
        sessionToken?: string | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a LogoutRequest. */
      type $Shape = reprise.v1.LogoutRequest.$Properties;
    }

    /**
     * Properties of a LogoutResponse.
     * @deprecated Use reprise.v1.LogoutResponse.$Properties instead.
     */
    interface ILogoutResponse extends reprise.v1.LogoutResponse.$Properties {}

    /** 1003, to the client: the last packet before the goodbye. */
    class LogoutResponse {
      /**
       * Constructs a new LogoutResponse.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.LogoutResponse.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** LogoutResponse success. */
      success: boolean;

      /** LogoutResponse errorCode. */
      errorCode: reprise.v1.ErrorCode;

      /**
       * Encodes the specified LogoutResponse message. Does not implicitly {@link reprise.v1.LogoutResponse.verify|verify} messages.
       * @param message LogoutResponse message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.LogoutResponse.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a LogoutResponse message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.LogoutResponse & reprise.v1.LogoutResponse.$Shape} LogoutResponse
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.LogoutResponse & reprise.v1.LogoutResponse.$Shape;
    }

    namespace LogoutResponse {
      /** Properties of a LogoutResponse. */
      interface $Properties {
        /** LogoutResponse success */
        success?: boolean | null;

        /** LogoutResponse errorCode */
        errorCode?: reprise.v1.ErrorCode | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a LogoutResponse. */
      type $Shape = reprise.v1.LogoutResponse.$Properties;
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

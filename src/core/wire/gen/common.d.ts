// Made by scripts/gen-proto.ts. Change the schema in proto instead.
import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace reprise. */
export namespace reprise {
  /** Namespace v1. */
  namespace v1 {
    /**
     * Properties of a Vector3.
     * @deprecated Use reprise.v1.Vector3.$Properties instead.
     */
    interface IVector3 extends reprise.v1.Vector3.$Properties {}

    /** A point or a direction in the world, in metres. Every coordinate is finite. */
    class Vector3 {
      /**
       * Constructs a new Vector3.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.Vector3.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** Vector3 x. */
      x: number;

      /** Vector3 y. */
      y: number;

      /** Vector3 z. */
      z: number;

      /**
       * Encodes the specified Vector3 message. Does not implicitly {@link reprise.v1.Vector3.verify|verify} messages.
       * @param message Vector3 message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.Vector3.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a Vector3 message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.Vector3 & reprise.v1.Vector3.$Shape} Vector3
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.Vector3 & reprise.v1.Vector3.$Shape;
    }

    namespace Vector3 {
      /** Properties of a Vector3. */
      interface $Properties {
        /** Vector3 x */
        x?: number | null;

        /** Vector3 y */
        y?: number | null;

        /** Vector3 z */
        z?: number | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a Vector3. */
      type $Shape = reprise.v1.Vector3.$Properties;
    }

    /**
     * Properties of a Vector2.
     * @deprecated Use reprise.v1.Vector2.$Properties instead.
     */
    interface IVector2 extends reprise.v1.Vector2.$Properties {}

    /** A point or a direction on the ground, in metres. Every coordinate is finite. */
    class Vector2 {
      /**
       * Constructs a new Vector2.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.Vector2.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** Vector2 x. */
      x: number;

      /** Vector2 y. */
      y: number;

      /**
       * Encodes the specified Vector2 message. Does not implicitly {@link reprise.v1.Vector2.verify|verify} messages.
       * @param message Vector2 message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.Vector2.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a Vector2 message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.Vector2 & reprise.v1.Vector2.$Shape} Vector2
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.Vector2 & reprise.v1.Vector2.$Shape;
    }

    namespace Vector2 {
      /** Properties of a Vector2. */
      interface $Properties {
        /** Vector2 x */
        x?: number | null;

        /** Vector2 y */
        y?: number | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a Vector2. */
      type $Shape = reprise.v1.Vector2.$Properties;
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

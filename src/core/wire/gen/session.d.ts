// Made by scripts/gen-proto.ts. Change the schema in proto instead.
import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace reprise. */
export namespace reprise {
  /** Namespace v1. */
  namespace v1 {
    /**
     * Properties of a Hello.
     * @deprecated Use reprise.v1.Hello.$Properties instead.
     */
    interface IHello extends reprise.v1.Hello.$Properties {}

    /**
     * 1050, both ways. The client's first packet says what it speaks; a client that says nothing
     * speaks version 1. The server answers with its own range and with the version it chose.
     */
    class Hello {
      /**
       * Constructs a new Hello.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.Hello.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** The range of protocol versions that the sender speaks. */
      protocolMin: number;

      /** Hello protocolMax. */
      protocolMax: number;

      /** Tells whether both sides were built from the same contracts; 0 is not compared. */
      contractHash: number;

      /** The version that holds from here on. In the server's answer only. */
      protocol: number;

      /**
       * Encodes the specified Hello message. Does not implicitly {@link reprise.v1.Hello.verify|verify} messages.
       * @param message Hello message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.Hello.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a Hello message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.Hello & reprise.v1.Hello.$Shape} Hello
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.Hello & reprise.v1.Hello.$Shape;
    }

    namespace Hello {
      /** Properties of a Hello. */
      interface $Properties {
        /** The range of protocol versions that the sender speaks. */
        protocolMin?: number | null;

        /** Hello protocolMax */
        protocolMax?: number | null;

        /** Tells whether both sides were built from the same contracts; 0 is not compared. */
        contractHash?: number | null;

        /** The version that holds from here on. In the server's answer only. */
        protocol?: number | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a Hello. */
      type $Shape = reprise.v1.Hello.$Properties;
    }

    /**
     * Properties of an Error.
     * @deprecated Use reprise.v1.Error.$Properties instead.
     */
    interface IError extends reprise.v1.Error.$Properties {}

    /** 1051, to the client: a packet was refused. The header's in_reply_to says which. */
    class Error {
      /**
       * Constructs a new Error.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.Error.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** See the table of error codes; 0-99 are the published protocol's, from 100 Reprise's. */
      code: number;

      /** Plain words for a developer, not for a player. */
      message: string;

      /** Trying again sooner is refused again; 0 when nothing is known. */
      retryAfterMs: number;

      /**
       * How many packets of its type this speaks for: refusals that come fast are told together, and
       * in_reply_to is the last of them. 0 means one.
       */
      count: number;

      /**
       * Encodes the specified Error message. Does not implicitly {@link reprise.v1.Error.verify|verify} messages.
       * @param message Error message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.Error.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes an Error message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.Error & reprise.v1.Error.$Shape} Error
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.Error & reprise.v1.Error.$Shape;
    }

    namespace Error {
      /** Properties of an Error. */
      interface $Properties {
        /** See the table of error codes; 0-99 are the published protocol's, from 100 Reprise's. */
        code?: number | null;

        /** Plain words for a developer, not for a player. */
        message?: string | null;

        /** Trying again sooner is refused again; 0 when nothing is known. */
        retryAfterMs?: number | null;

        /**
         * How many packets of its type this speaks for: refusals that come fast are told together, and
         * in_reply_to is the last of them. 0 means one.
         */
        count?: number | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of an Error. */
      type $Shape = reprise.v1.Error.$Properties;
    }

    /**
     * Properties of a Disconnect.
     * @deprecated Use reprise.v1.Disconnect.$Properties instead.
     */
    interface IDisconnect extends reprise.v1.Disconnect.$Properties {}

    /** 1052, to the client: the last packet of a session. */
    class Disconnect {
      /**
       * Constructs a new Disconnect.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.Disconnect.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** Disconnect code. */
      code: number;

      /** Whether connecting again can succeed. */
      mayRetry: boolean;

      /** Disconnect message. */
      message: string;

      /**
       * Encodes the specified Disconnect message. Does not implicitly {@link reprise.v1.Disconnect.verify|verify} messages.
       * @param message Disconnect message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.Disconnect.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a Disconnect message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.Disconnect & reprise.v1.Disconnect.$Shape} Disconnect
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.Disconnect & reprise.v1.Disconnect.$Shape;
    }

    namespace Disconnect {
      /** Properties of a Disconnect. */
      interface $Properties {
        /** Disconnect code */
        code?: number | null;

        /** Whether connecting again can succeed. */
        mayRetry?: boolean | null;

        /** Disconnect message */
        message?: string | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a Disconnect. */
      type $Shape = reprise.v1.Disconnect.$Properties;
    }

    /**
     * Properties of a HeartbeatRequest.
     * @deprecated Use reprise.v1.HeartbeatRequest.$Properties instead.
     */
    interface IHeartbeatRequest extends reprise.v1.HeartbeatRequest.$Properties {}

    /** 1004, to the server: I am here. */
    class HeartbeatRequest {
      /**
       * Constructs a new HeartbeatRequest.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.HeartbeatRequest.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** HeartbeatRequest playerId. */
      playerId: number | Long;

      /** The client's clock in milliseconds; never trusted. */
      timestamp: number | Long;

      /**
       * Encodes the specified HeartbeatRequest message. Does not implicitly {@link reprise.v1.HeartbeatRequest.verify|verify} messages.
       * @param message HeartbeatRequest message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.HeartbeatRequest.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a HeartbeatRequest message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.HeartbeatRequest & reprise.v1.HeartbeatRequest.$Shape} HeartbeatRequest
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.HeartbeatRequest & reprise.v1.HeartbeatRequest.$Shape;
    }

    namespace HeartbeatRequest {
      /** Properties of a HeartbeatRequest. */
      interface $Properties {
        /** HeartbeatRequest playerId */
        playerId?: number | Long | null;

        /** The client's clock in milliseconds; never trusted. */
        timestamp?: number | Long | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a HeartbeatRequest. */
      type $Shape = reprise.v1.HeartbeatRequest.$Properties;
    }

    /**
     * Properties of a HeartbeatResponse.
     * @deprecated Use reprise.v1.HeartbeatResponse.$Properties instead.
     */
    interface IHeartbeatResponse extends reprise.v1.HeartbeatResponse.$Properties {}

    /** 1005, to the client. */
    class HeartbeatResponse {
      /**
       * Constructs a new HeartbeatResponse.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.HeartbeatResponse.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** Milliseconds since the epoch. */
      serverTimestamp: number | Long;

      /**
       * How long ago the request's timestamp was by the server's clock, 0 to 60,000; 0 when it named
       * none. For display: it is as wrong as the two clocks differ.
       */
      latencyMs: number;

      /**
       * Encodes the specified HeartbeatResponse message. Does not implicitly {@link reprise.v1.HeartbeatResponse.verify|verify} messages.
       * @param message HeartbeatResponse message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.HeartbeatResponse.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a HeartbeatResponse message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.HeartbeatResponse & reprise.v1.HeartbeatResponse.$Shape} HeartbeatResponse
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.HeartbeatResponse & reprise.v1.HeartbeatResponse.$Shape;
    }

    namespace HeartbeatResponse {
      /** Properties of a HeartbeatResponse. */
      interface $Properties {
        /** Milliseconds since the epoch. */
        serverTimestamp?: number | Long | null;

        /**
         * How long ago the request's timestamp was by the server's clock, 0 to 60,000; 0 when it named
         * none. For display: it is as wrong as the two clocks differ.
         */
        latencyMs?: number | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a HeartbeatResponse. */
      type $Shape = reprise.v1.HeartbeatResponse.$Properties;
    }

    /**
     * Properties of an EchoRequest.
     * @deprecated Use reprise.v1.EchoRequest.$Properties instead.
     */
    interface IEchoRequest extends reprise.v1.EchoRequest.$Properties {}

    /** 1053, and 1055 for the prompt echo. */
    class EchoRequest {
      /**
       * Constructs a new EchoRequest.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.EchoRequest.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** EchoRequest bytes. */
      bytes: Uint8Array;

      /**
       * Encodes the specified EchoRequest message. Does not implicitly {@link reprise.v1.EchoRequest.verify|verify} messages.
       * @param message EchoRequest message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.EchoRequest.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes an EchoRequest message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.EchoRequest & reprise.v1.EchoRequest.$Shape} EchoRequest
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.EchoRequest & reprise.v1.EchoRequest.$Shape;
    }

    namespace EchoRequest {
      /** Properties of an EchoRequest. */
      interface $Properties {
        /** EchoRequest bytes */
        bytes?: Uint8Array | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of an EchoRequest. */
      type $Shape = reprise.v1.EchoRequest.$Properties;
    }

    /**
     * Properties of an EchoResponse.
     * @deprecated Use reprise.v1.EchoResponse.$Properties instead.
     */
    interface IEchoResponse extends reprise.v1.EchoResponse.$Properties {}

    /** 1054, and 1056 for the prompt echo: the bytes of the request. */
    class EchoResponse {
      /**
       * Constructs a new EchoResponse.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.EchoResponse.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** EchoResponse bytes. */
      bytes: Uint8Array;

      /**
       * Encodes the specified EchoResponse message. Does not implicitly {@link reprise.v1.EchoResponse.verify|verify} messages.
       * @param message EchoResponse message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.EchoResponse.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes an EchoResponse message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.EchoResponse & reprise.v1.EchoResponse.$Shape} EchoResponse
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.EchoResponse & reprise.v1.EchoResponse.$Shape;
    }

    namespace EchoResponse {
      /** Properties of an EchoResponse. */
      interface $Properties {
        /** EchoResponse bytes */
        bytes?: Uint8Array | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of an EchoResponse. */
      type $Shape = reprise.v1.EchoResponse.$Properties;
    }
  }
}

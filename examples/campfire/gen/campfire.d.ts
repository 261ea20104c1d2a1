// Made by scripts/gen-proto.ts. Change the schema in examples/campfire instead.
import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace campfire. */
export namespace campfire {
  /** Namespace v1. */
  namespace v1 {
    /**
     * Properties of a Light.
     * @deprecated Use campfire.v1.Light.$Properties instead.
     */
    interface ILight extends campfire.v1.Light.$Properties {}

    /** Buys logs and lights a fire with them. Packet type 10021, answered by Lit, 10022. */
    class Light {
      /**
       * Constructs a new Light.
       * @param [properties] Properties to set
       */
      constructor(properties?: campfire.v1.Light.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** Light logs. */
      logs: number;

      /**
       * Encodes the specified Light message. Does not implicitly {@link campfire.v1.Light.verify|verify} messages.
       * @param message Light message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: campfire.v1.Light.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a Light message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {campfire.v1.Light & campfire.v1.Light.$Shape} Light
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): campfire.v1.Light & campfire.v1.Light.$Shape;
    }

    namespace Light {
      /** Properties of a Light. */
      interface $Properties {
        /** Light logs */
        logs?: number | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a Light. */
      type $Shape = campfire.v1.Light.$Properties;
    }

    /**
     * Properties of a Lit.
     * @deprecated Use campfire.v1.Lit.$Properties instead.
     */
    interface ILit extends campfire.v1.Lit.$Properties {}

    /** Represents a Lit. */
    class Lit {
      /**
       * Constructs a new Lit.
       * @param [properties] Properties to set
       */
      constructor(properties?: campfire.v1.Lit.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** Lit id. */
      id: number;

      /**
       * Encodes the specified Lit message. Does not implicitly {@link campfire.v1.Lit.verify|verify} messages.
       * @param message Lit message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: campfire.v1.Lit.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a Lit message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {campfire.v1.Lit & campfire.v1.Lit.$Shape} Lit
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): campfire.v1.Lit & campfire.v1.Lit.$Shape;
    }

    namespace Lit {
      /** Properties of a Lit. */
      interface $Properties {
        /** Lit id */
        id?: number | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a Lit. */
      type $Shape = campfire.v1.Lit.$Properties;
    }

    /**
     * Properties of a Feed.
     * @deprecated Use campfire.v1.Feed.$Properties instead.
     */
    interface IFeed extends campfire.v1.Feed.$Properties {}

    /** Puts another log on a fire. Packet type 10023. */
    class Feed {
      /**
       * Constructs a new Feed.
       * @param [properties] Properties to set
       */
      constructor(properties?: campfire.v1.Feed.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** Feed id. */
      id: number;

      /**
       * Encodes the specified Feed message. Does not implicitly {@link campfire.v1.Feed.verify|verify} messages.
       * @param message Feed message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: campfire.v1.Feed.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a Feed message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {campfire.v1.Feed & campfire.v1.Feed.$Shape} Feed
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): campfire.v1.Feed & campfire.v1.Feed.$Shape;
    }

    namespace Feed {
      /** Properties of a Feed. */
      interface $Properties {
        /** Feed id */
        id?: number | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a Feed. */
      type $Shape = campfire.v1.Feed.$Properties;
    }

    /**
     * Properties of a Crackle.
     * @deprecated Use campfire.v1.Crackle.$Properties instead.
     */
    interface ICrackle extends campfire.v1.Crackle.$Properties {}

    /** A fire crackles. Packet type 10024. */
    class Crackle {
      /**
       * Constructs a new Crackle.
       * @param [properties] Properties to set
       */
      constructor(properties?: campfire.v1.Crackle.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** Crackle id. */
      id: number;

      /**
       * Encodes the specified Crackle message. Does not implicitly {@link campfire.v1.Crackle.verify|verify} messages.
       * @param message Crackle message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: campfire.v1.Crackle.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a Crackle message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {campfire.v1.Crackle & campfire.v1.Crackle.$Shape} Crackle
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): campfire.v1.Crackle & campfire.v1.Crackle.$Shape;
    }

    namespace Crackle {
      /** Properties of a Crackle. */
      interface $Properties {
        /** Crackle id */
        id?: number | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a Crackle. */
      type $Shape = campfire.v1.Crackle.$Properties;
    }

    /**
     * Properties of an Out.
     * @deprecated Use campfire.v1.Out.$Properties instead.
     */
    interface IOut extends campfire.v1.Out.$Properties {}

    /** A fire has gone out. Packet type 10025. */
    class Out {
      /**
       * Constructs a new Out.
       * @param [properties] Properties to set
       */
      constructor(properties?: campfire.v1.Out.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** Out id. */
      id: number;

      /**
       * Encodes the specified Out message. Does not implicitly {@link campfire.v1.Out.verify|verify} messages.
       * @param message Out message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: campfire.v1.Out.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes an Out message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {campfire.v1.Out & campfire.v1.Out.$Shape} Out
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): campfire.v1.Out & campfire.v1.Out.$Shape;
    }

    namespace Out {
      /** Properties of an Out. */
      interface $Properties {
        /** Out id */
        id?: number | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of an Out. */
      type $Shape = campfire.v1.Out.$Properties;
    }
  }
}

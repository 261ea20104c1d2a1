// Made by scripts/gen-proto.ts. Change the schema in examples/lantern instead.
import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace lantern. */
export namespace lantern {
  /** Namespace v1. */
  namespace v1 {
    /**
     * Properties of a Place.
     * @deprecated Use lantern.v1.Place.$Properties instead.
     */
    interface IPlace extends lantern.v1.Place.$Properties {}

    /** Lights a lantern. Packet type 10001, answered by Placed, 10002. */
    class Place {
      /**
       * Constructs a new Place.
       * @param [properties] Properties to set
       */
      constructor(properties?: lantern.v1.Place.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** Place burnSeconds. */
      burnSeconds: number;

      /**
       * Encodes the specified Place message. Does not implicitly {@link lantern.v1.Place.verify|verify} messages.
       * @param message Place message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: lantern.v1.Place.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a Place message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {lantern.v1.Place & lantern.v1.Place.$Shape} Place
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): lantern.v1.Place & lantern.v1.Place.$Shape;
    }

    namespace Place {
      /** Properties of a Place. */
      interface $Properties {
        /** Place burnSeconds */
        burnSeconds?: number | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a Place. */
      type $Shape = lantern.v1.Place.$Properties;
    }

    /**
     * Properties of a Placed.
     * @deprecated Use lantern.v1.Placed.$Properties instead.
     */
    interface IPlaced extends lantern.v1.Placed.$Properties {}

    /** Represents a Placed. */
    class Placed {
      /**
       * Constructs a new Placed.
       * @param [properties] Properties to set
       */
      constructor(properties?: lantern.v1.Placed.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** Placed id. */
      id: number;

      /**
       * Encodes the specified Placed message. Does not implicitly {@link lantern.v1.Placed.verify|verify} messages.
       * @param message Placed message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: lantern.v1.Placed.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a Placed message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {lantern.v1.Placed & lantern.v1.Placed.$Shape} Placed
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): lantern.v1.Placed & lantern.v1.Placed.$Shape;
    }

    namespace Placed {
      /** Properties of a Placed. */
      interface $Properties {
        /** Placed id */
        id?: number | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a Placed. */
      type $Shape = lantern.v1.Placed.$Properties;
    }

    /**
     * Properties of a Dark.
     * @deprecated Use lantern.v1.Dark.$Properties instead.
     */
    interface IDark extends lantern.v1.Dark.$Properties {}

    /** A lantern has burnt out. Packet type 10003. */
    class Dark {
      /**
       * Constructs a new Dark.
       * @param [properties] Properties to set
       */
      constructor(properties?: lantern.v1.Dark.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** Dark id. */
      id: number;

      /**
       * Encodes the specified Dark message. Does not implicitly {@link lantern.v1.Dark.verify|verify} messages.
       * @param message Dark message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: lantern.v1.Dark.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a Dark message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {lantern.v1.Dark & lantern.v1.Dark.$Shape} Dark
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): lantern.v1.Dark & lantern.v1.Dark.$Shape;
    }

    namespace Dark {
      /** Properties of a Dark. */
      interface $Properties {
        /** Dark id */
        id?: number | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a Dark. */
      type $Shape = lantern.v1.Dark.$Properties;
    }
  }
}

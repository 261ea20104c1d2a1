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
  }
}

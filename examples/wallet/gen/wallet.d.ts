// Made by scripts/gen-proto.ts. Change the schema in examples/wallet instead.
import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace wallet. */
export namespace wallet {
  /** Namespace v1. */
  namespace v1 {
    /**
     * Properties of a Change.
     * @deprecated Use wallet.v1.Change.$Properties instead.
     */
    interface IChange extends wallet.v1.Change.$Properties {}

    /** Pays into a wallet, or out of it. Packet type 10011, answered by Changed, 10012. */
    class Change {
      /**
       * Constructs a new Change.
       * @param [properties] Properties to set
       */
      constructor(properties?: wallet.v1.Change.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** Change owner. */
      owner: string;

      /** Change amount. */
      amount: number;

      /** The version of the wallet that the player has seen; 0 for a wallet that is not there yet. */
      version: number;

      /**
       * Encodes the specified Change message. Does not implicitly {@link wallet.v1.Change.verify|verify} messages.
       * @param message Change message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: wallet.v1.Change.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a Change message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {wallet.v1.Change & wallet.v1.Change.$Shape} Change
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): wallet.v1.Change & wallet.v1.Change.$Shape;
    }

    namespace Change {
      /** Properties of a Change. */
      interface $Properties {
        /** Change owner */
        owner?: string | null;

        /** Change amount */
        amount?: number | null;

        /** The version of the wallet that the player has seen; 0 for a wallet that is not there yet. */
        version?: number | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a Change. */
      type $Shape = wallet.v1.Change.$Properties;
    }

    /**
     * Properties of a Changed.
     * @deprecated Use wallet.v1.Changed.$Properties instead.
     */
    interface IChanged extends wallet.v1.Changed.$Properties {}

    /** Represents a Changed. */
    class Changed {
      /**
       * Constructs a new Changed.
       * @param [properties] Properties to set
       */
      constructor(properties?: wallet.v1.Changed.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** True: somebody else was first, and nothing has changed. Look at what is told, then try again. */
      conflict: boolean;

      /** Changed version. */
      version: number;

      /** Changed balance. */
      balance: number;

      /**
       * Encodes the specified Changed message. Does not implicitly {@link wallet.v1.Changed.verify|verify} messages.
       * @param message Changed message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: wallet.v1.Changed.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a Changed message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {wallet.v1.Changed & wallet.v1.Changed.$Shape} Changed
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): wallet.v1.Changed & wallet.v1.Changed.$Shape;
    }

    namespace Changed {
      /** Properties of a Changed. */
      interface $Properties {
        /** True: somebody else was first, and nothing has changed. Look at what is told, then try again. */
        conflict?: boolean | null;

        /** Changed version */
        version?: number | null;

        /** Changed balance */
        balance?: number | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a Changed. */
      type $Shape = wallet.v1.Changed.$Properties;
    }

    /**
     * Properties of a List.
     * @deprecated Use wallet.v1.List.$Properties instead.
     */
    interface IList extends wallet.v1.List.$Properties {}

    /** Asks what happened to a wallet. Packet type 10013, answered by Listed, 10014. */
    class List {
      /**
       * Constructs a new List.
       * @param [properties] Properties to set
       */
      constructor(properties?: wallet.v1.List.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** List owner. */
      owner: string;

      /** List fromVersion. */
      fromVersion: number;

      /**
       * Encodes the specified List message. Does not implicitly {@link wallet.v1.List.verify|verify} messages.
       * @param message List message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: wallet.v1.List.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a List message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {wallet.v1.List & wallet.v1.List.$Shape} List
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): wallet.v1.List & wallet.v1.List.$Shape;
    }

    namespace List {
      /** Properties of a List. */
      interface $Properties {
        /** List owner */
        owner?: string | null;

        /** List fromVersion */
        fromVersion?: number | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a List. */
      type $Shape = wallet.v1.List.$Properties;
    }

    /**
     * Properties of a Listed.
     * @deprecated Use wallet.v1.Listed.$Properties instead.
     */
    interface IListed extends wallet.v1.Listed.$Properties {}

    /** Represents a Listed. */
    class Listed {
      /**
       * Constructs a new Listed.
       * @param [properties] Properties to set
       */
      constructor(properties?: wallet.v1.Listed.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** Oldest first, the first of them with this version. */
      fromVersion: number;

      /** Listed amounts. */
      amounts: number[];

      /**
       * Encodes the specified Listed message. Does not implicitly {@link wallet.v1.Listed.verify|verify} messages.
       * @param message Listed message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: wallet.v1.Listed.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a Listed message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {wallet.v1.Listed & wallet.v1.Listed.$Shape} Listed
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): wallet.v1.Listed & wallet.v1.Listed.$Shape;
    }

    namespace Listed {
      /** Properties of a Listed. */
      interface $Properties {
        /** Oldest first, the first of them with this version. */
        fromVersion?: number | null;

        /** Listed amounts */
        amounts?: number[] | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a Listed. */
      type $Shape = wallet.v1.Listed.$Properties;
    }
  }
}

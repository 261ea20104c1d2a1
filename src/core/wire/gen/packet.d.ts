// Made by scripts/gen-proto.ts. Change the schema in proto instead.
import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace reprise. */
export namespace reprise {
  /** Namespace v1. */
  namespace v1 {
    /**
     * The number of a kind of packet. 1000-1099 sessions and login, 2000-2999 the game, 3000-3099
     * guilds, 10000-65535 the features of users; in these, 1050-1099, 2100-2999 and 3050-3099 are
     * Reprise's own additions to the published protocol. A number means one message for ever.
     */
    enum PacketType {
      /** PACKET_UNKNOWN value */
      PACKET_UNKNOWN = 0,

      /** PACKET_LOGIN_REQUEST value */
      PACKET_LOGIN_REQUEST = 1000,

      /** PACKET_LOGIN_RESPONSE value */
      PACKET_LOGIN_RESPONSE = 1001,

      /** PACKET_LOGOUT_REQUEST value */
      PACKET_LOGOUT_REQUEST = 1002,

      /** PACKET_LOGOUT_RESPONSE value */
      PACKET_LOGOUT_RESPONSE = 1003,

      /** PACKET_HEARTBEAT_REQUEST value */
      PACKET_HEARTBEAT_REQUEST = 1004,

      /** PACKET_HEARTBEAT_RESPONSE value */
      PACKET_HEARTBEAT_RESPONSE = 1005,

      /** PACKET_HELLO value */
      PACKET_HELLO = 1050,

      /** PACKET_ERROR value */
      PACKET_ERROR = 1051,

      /** PACKET_DISCONNECT value */
      PACKET_DISCONNECT = 1052,

      /** PACKET_ECHO_REQUEST value */
      PACKET_ECHO_REQUEST = 1053,

      /** PACKET_ECHO_RESPONSE value */
      PACKET_ECHO_RESPONSE = 1054,

      /** PACKET_PROMPT_ECHO_REQUEST value */
      PACKET_PROMPT_ECHO_REQUEST = 1055,

      /** PACKET_PROMPT_ECHO_RESPONSE value */
      PACKET_PROMPT_ECHO_RESPONSE = 1056,

      /** PACKET_OPERATE_REQUEST value */
      PACKET_OPERATE_REQUEST = 1060,

      /** PACKET_OPERATE_RESPONSE value */
      PACKET_OPERATE_RESPONSE = 1061,

      /** PACKET_SESSIONS_REQUEST value */
      PACKET_SESSIONS_REQUEST = 1062,

      /** PACKET_SESSIONS_RESPONSE value */
      PACKET_SESSIONS_RESPONSE = 1063,

      /** PACKET_KICK_REQUEST value */
      PACKET_KICK_REQUEST = 1064,

      /** PACKET_KICK_RESPONSE value */
      PACKET_KICK_RESPONSE = 1065,

      /** PACKET_ANNOUNCE_REQUEST value */
      PACKET_ANNOUNCE_REQUEST = 1066,

      /** PACKET_ANNOUNCE_RESPONSE value */
      PACKET_ANNOUNCE_RESPONSE = 1067,

      /** PACKET_ANNOUNCEMENT value */
      PACKET_ANNOUNCEMENT = 1068,

      /** PACKET_ENTER_WORLD_REQUEST value */
      PACKET_ENTER_WORLD_REQUEST = 2000,

      /** PACKET_ENTER_WORLD_RESPONSE value */
      PACKET_ENTER_WORLD_RESPONSE = 2001,

      /** PACKET_MOVEMENT_UPDATE value */
      PACKET_MOVEMENT_UPDATE = 2002,

      /** PACKET_ENTITY_UPDATE value */
      PACKET_ENTITY_UPDATE = 2003,

      /** PACKET_COMBAT_ACTION value */
      PACKET_COMBAT_ACTION = 2004,

      /** PACKET_COMBAT_RESULT value */
      PACKET_COMBAT_RESULT = 2005,

      /** PACKET_CHAT_MESSAGE value */
      PACKET_CHAT_MESSAGE = 2006,

      /** PACKET_WORLD_UPDATE value */
      PACKET_WORLD_UPDATE = 2100,

      /** PACKET_DUEL_REQUEST value */
      PACKET_DUEL_REQUEST = 2101,

      /** PACKET_GUILD_CREATE_REQUEST value */
      PACKET_GUILD_CREATE_REQUEST = 3000,

      /** PACKET_GUILD_CREATE_RESPONSE value */
      PACKET_GUILD_CREATE_RESPONSE = 3001,

      /** PACKET_GUILD_INVITE_REQUEST value */
      PACKET_GUILD_INVITE_REQUEST = 3002,

      /** PACKET_GUILD_INVITE_RESPONSE value */
      PACKET_GUILD_INVITE_RESPONSE = 3003,

      /** PACKET_GUILD_WAR_REQUEST value */
      PACKET_GUILD_WAR_REQUEST = 3004,

      /** PACKET_GUILD_WAR_RESPONSE value */
      PACKET_GUILD_WAR_RESPONSE = 3005,

      /** PACKET_GUILD_INVITE_ACCEPT_REQUEST value */
      PACKET_GUILD_INVITE_ACCEPT_REQUEST = 3006,

      /** PACKET_GUILD_LEAVE_REQUEST value */
      PACKET_GUILD_LEAVE_REQUEST = 3007,

      /** PACKET_DUEL_ACCEPT_REQUEST value */
      PACKET_DUEL_ACCEPT_REQUEST = 3008,

      /** PACKET_DUEL_DECLINE_REQUEST value */
      PACKET_DUEL_DECLINE_REQUEST = 3009,

      /** PACKET_GUILD_WAR_START value */
      PACKET_GUILD_WAR_START = 3010,
    }

    /**
     * Properties of a PacketHeader.
     * @deprecated Use reprise.v1.PacketHeader.$Properties instead.
     */
    interface IPacketHeader extends reprise.v1.PacketHeader.$Properties {}

    /** Represents a PacketHeader. */
    class PacketHeader {
      /**
       * Constructs a new PacketHeader.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.PacketHeader.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** Numbers of users' features are no values of the enum: a receiver keeps the number. */
      type: reprise.v1.PacketType;

      /** Bytes of the payload as carried, 65,486 at most. */
      size: number;

      /**
       * From the client: 1 for the first packet of a connection, then one more for each. From the
       * server: counted from 1 for each session and kind of delivery.
       */
      sequence: number | Long;

      /** Milliseconds since the epoch. */
      timestamp: number | Long;

      /** PacketHeader isCompressed. */
      isCompressed: boolean;

      /** The sequence of the packet that this one answers; 0 for a packet that answers none. */
      inReplyTo: number | Long;

      /**
       * Encodes the specified PacketHeader message. Does not implicitly {@link reprise.v1.PacketHeader.verify|verify} messages.
       * @param message PacketHeader message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.PacketHeader.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a PacketHeader message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.PacketHeader & reprise.v1.PacketHeader.$Shape} PacketHeader
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.PacketHeader & reprise.v1.PacketHeader.$Shape;
    }

    namespace PacketHeader {
      /** Properties of a PacketHeader. */
      interface $Properties {
        /** Numbers of users' features are no values of the enum: a receiver keeps the number. */
        type?: reprise.v1.PacketType | null;

        /** Bytes of the payload as carried, 65,486 at most. */
        size?: number | null;

        /**
         * From the client: 1 for the first packet of a connection, then one more for each. From the
         * server: counted from 1 for each session and kind of delivery.
         */
        sequence?: number | Long | null;

        /** Milliseconds since the epoch. */
        timestamp?: number | Long | null;

        /** PacketHeader isCompressed */
        isCompressed?: boolean | null;

        /** The sequence of the packet that this one answers; 0 for a packet that answers none. */
        inReplyTo?: number | Long | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a PacketHeader. */
      type $Shape = reprise.v1.PacketHeader.$Properties;
    }

    /**
     * Properties of a Packet.
     * @deprecated Use reprise.v1.Packet.$Properties instead.
     */
    interface IPacket extends reprise.v1.Packet.$Properties {}

    /** What a frame holds. A frame is this message behind its length in 4 bytes. */
    class Packet {
      /**
       * Constructs a new Packet.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.Packet.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** Packet header. */
      header?: reprise.v1.PacketHeader.$Properties | null;

      /** Packet payload. */
      payload: Uint8Array;

      /**
       * Encodes the specified Packet message. Does not implicitly {@link reprise.v1.Packet.verify|verify} messages.
       * @param message Packet message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.Packet.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a Packet message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.Packet & reprise.v1.Packet.$Shape} Packet
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.Packet & reprise.v1.Packet.$Shape;
    }

    namespace Packet {
      /** Properties of a Packet. */
      interface $Properties {
        /** Packet header */
        header?: reprise.v1.PacketHeader.$Properties | null;

        /** Packet payload */
        payload?: Uint8Array | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a Packet. */
      type $Shape = reprise.v1.Packet.$Properties;
    }
  }
}

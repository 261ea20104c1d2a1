// Made by scripts/gen-proto.ts. Change the schema in proto instead.
import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace reprise. */
export namespace reprise {
  /** Namespace v1. */
  namespace v1 {
    /**
     * Properties of an EnterWorldRequest.
     * @deprecated Use reprise.v1.EnterWorldRequest.$Properties instead.
     */
    interface IEnterWorldRequest extends reprise.v1.EnterWorldRequest.$Properties {}

    /** 2000, to the game server: lets the player of a login in. */
    class EnterWorldRequest {
      /**
       * Constructs a new EnterWorldRequest.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.EnterWorldRequest.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** Which of the player's characters; 0 is the first. */
      characterId: number | Long;

      /** Which copy of the world; 0 is for the server to choose. */
      channelId: number;

      /** From the login response. */
      sessionToken: string;

      /**
       * Encodes the specified EnterWorldRequest message. Does not implicitly {@link reprise.v1.EnterWorldRequest.verify|verify} messages.
       * @param message EnterWorldRequest message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.EnterWorldRequest.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes an EnterWorldRequest message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.EnterWorldRequest & reprise.v1.EnterWorldRequest.$Shape} EnterWorldRequest
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.EnterWorldRequest & reprise.v1.EnterWorldRequest.$Shape;
    }

    namespace EnterWorldRequest {
      /** Properties of an EnterWorldRequest. */
      interface $Properties {
        /** Which of the player's characters; 0 is the first. */
        characterId?: number | Long | null;

        /** Which copy of the world; 0 is for the server to choose. */
        channelId?: number | null;

        /** From the login response. */
        sessionToken?: string | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of an EnterWorldRequest. */
      type $Shape = reprise.v1.EnterWorldRequest.$Properties;
    }

    /**
     * Properties of an EnterWorldResponse.
     * @deprecated Use reprise.v1.EnterWorldResponse.$Properties instead.
     */
    interface IEnterWorldResponse extends reprise.v1.EnterWorldResponse.$Properties {}

    /** 2001, to the client. */
    class EnterWorldResponse {
      /**
       * Constructs a new EnterWorldResponse.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.EnterWorldResponse.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** EnterWorldResponse success. */
      success: boolean;

      /** ERROR_NONE on success. */
      errorCode: reprise.v1.ErrorCode;

      /** EnterWorldResponse spawnPosition. */
      spawnPosition?: reprise.v1.Vector3.$Properties | null;

      /** EnterWorldResponse mapId. */
      mapId: number;

      /** Reprise's: the entity that this player is, as it is named in every update. */
      entityId: number | Long;

      /**
       * Encodes the specified EnterWorldResponse message. Does not implicitly {@link reprise.v1.EnterWorldResponse.verify|verify} messages.
       * @param message EnterWorldResponse message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.EnterWorldResponse.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes an EnterWorldResponse message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.EnterWorldResponse & reprise.v1.EnterWorldResponse.$Shape} EnterWorldResponse
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.EnterWorldResponse & reprise.v1.EnterWorldResponse.$Shape;
    }

    namespace EnterWorldResponse {
      /** Properties of an EnterWorldResponse. */
      interface $Properties {
        /** EnterWorldResponse success */
        success?: boolean | null;

        /** ERROR_NONE on success. */
        errorCode?: reprise.v1.ErrorCode | null;

        /** EnterWorldResponse spawnPosition */
        spawnPosition?: reprise.v1.Vector3.$Properties | null;

        /** EnterWorldResponse mapId */
        mapId?: number | null;

        /** Reprise's: the entity that this player is, as it is named in every update. */
        entityId?: number | Long | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of an EnterWorldResponse. */
      type $Shape = reprise.v1.EnterWorldResponse.$Properties;
    }

    /**
     * Properties of a MovementUpdate.
     * @deprecated Use reprise.v1.MovementUpdate.$Properties instead.
     */
    interface IMovementUpdate extends reprise.v1.MovementUpdate.$Properties {}

    /**
     * 2002, to the server: how the player's own entity moves. Inside an entity update, to the client:
     * how an entity moves.
     */
    class MovementUpdate {
      /**
       * Constructs a new MovementUpdate.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.MovementUpdate.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** To the server: 0, or the sender's own entity. */
      entityId: number | Long;

      /** MovementUpdate position. */
      position?: reprise.v1.Vector3.$Properties | null;

      /** Metres per second. */
      velocity?: reprise.v1.Vector3.$Properties | null;

      /** Degrees about each axis. */
      rotation?: reprise.v1.Vector3.$Properties | null;

      /** To the server: seconds of the client's clock, never trusted. To the client: 0. */
      timestamp: number;

      /**
       * To the server: grows with every update; what is not above the last is dropped. To the client:
       * 0; the acknowledgement is input_sequence of the world update.
       */
      sequenceNumber: number;

      /**
       * Encodes the specified MovementUpdate message. Does not implicitly {@link reprise.v1.MovementUpdate.verify|verify} messages.
       * @param message MovementUpdate message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.MovementUpdate.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a MovementUpdate message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.MovementUpdate & reprise.v1.MovementUpdate.$Shape} MovementUpdate
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.MovementUpdate & reprise.v1.MovementUpdate.$Shape;
    }

    namespace MovementUpdate {
      /** Properties of a MovementUpdate. */
      interface $Properties {
        /** To the server: 0, or the sender's own entity. */
        entityId?: number | Long | null;

        /** MovementUpdate position */
        position?: reprise.v1.Vector3.$Properties | null;

        /** Metres per second. */
        velocity?: reprise.v1.Vector3.$Properties | null;

        /** Degrees about each axis. */
        rotation?: reprise.v1.Vector3.$Properties | null;

        /** To the server: seconds of the client's clock, never trusted. To the client: 0. */
        timestamp?: number | null;

        /**
         * To the server: grows with every update; what is not above the last is dropped. To the client:
         * 0; the acknowledgement is input_sequence of the world update.
         */
        sequenceNumber?: number | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a MovementUpdate. */
      type $Shape = reprise.v1.MovementUpdate.$Properties;
    }

    /**
     * Properties of an EntityUpdate.
     * @deprecated Use reprise.v1.EntityUpdate.$Properties instead.
     */
    interface IEntityUpdate extends reprise.v1.EntityUpdate.$Properties {}

    /** 2003, to the client: one thing that changed of an entity. When two changed, two of them come. */
    class EntityUpdate {
      /**
       * Constructs a new EntityUpdate.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.EntityUpdate.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** EntityUpdate entityId. */
      entityId: number | Long;

      /** EntityUpdate movement. */
      movement?: reprise.v1.MovementUpdate.$Properties | null;

      /** EntityUpdate health. */
      health?: reprise.v1.HealthUpdate.$Properties | null;

      /** EntityUpdate status. */
      status?: reprise.v1.StatusUpdate.$Properties | null;

      /** EntityUpdate update. */
      update?: "movement" | "health" | "status";

      /**
       * Encodes the specified EntityUpdate message. Does not implicitly {@link reprise.v1.EntityUpdate.verify|verify} messages.
       * @param message EntityUpdate message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.EntityUpdate.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes an EntityUpdate message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.EntityUpdate & reprise.v1.EntityUpdate.$Shape} EntityUpdate
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.EntityUpdate & reprise.v1.EntityUpdate.$Shape;
    }

    namespace EntityUpdate {
      /** Properties of an EntityUpdate. */
      interface $Properties {
        /** EntityUpdate entityId */
        entityId?: number | Long | null;

        /** EntityUpdate movement */
        movement?: reprise.v1.MovementUpdate.$Properties | null;

        /** EntityUpdate health */
        health?: reprise.v1.HealthUpdate.$Properties | null;

        /** EntityUpdate status */
        status?: reprise.v1.StatusUpdate.$Properties | null;

        /** EntityUpdate update */
        update?: "movement" | "health" | "status";

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Narrowed shape of an EntityUpdate. */
      type $Shape = {
        entityId?: number | Long | null;
        movement?: reprise.v1.MovementUpdate.$Shape | null;
        health?: reprise.v1.HealthUpdate.$Shape | null;
        status?: reprise.v1.StatusUpdate.$Shape | null;
        $unknowns?: Uint8Array[];
      } & (
        | { update?: undefined; movement?: null; health?: null; status?: null }
        | {
            update?: "movement";
            movement: reprise.v1.MovementUpdate.$Shape;
            health?: null;
            status?: null;
          }
        | {
            update?: "health";
            movement?: null;
            health: reprise.v1.HealthUpdate.$Shape;
            status?: null;
          }
        | {
            update?: "status";
            movement?: null;
            health?: null;
            status: reprise.v1.StatusUpdate.$Shape;
          }
      );
    }

    /**
     * Properties of a HealthUpdate.
     * @deprecated Use reprise.v1.HealthUpdate.$Properties instead.
     */
    interface IHealthUpdate extends reprise.v1.HealthUpdate.$Properties {}

    /** Represents a HealthUpdate. */
    class HealthUpdate {
      /**
       * Constructs a new HealthUpdate.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.HealthUpdate.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** HealthUpdate currentHp. */
      currentHp: number;

      /** HealthUpdate maxHp. */
      maxHp: number;

      /** HealthUpdate shield. */
      shield: number;

      /**
       * Encodes the specified HealthUpdate message. Does not implicitly {@link reprise.v1.HealthUpdate.verify|verify} messages.
       * @param message HealthUpdate message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.HealthUpdate.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a HealthUpdate message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.HealthUpdate & reprise.v1.HealthUpdate.$Shape} HealthUpdate
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.HealthUpdate & reprise.v1.HealthUpdate.$Shape;
    }

    namespace HealthUpdate {
      /** Properties of a HealthUpdate. */
      interface $Properties {
        /** HealthUpdate currentHp */
        currentHp?: number | null;

        /** HealthUpdate maxHp */
        maxHp?: number | null;

        /** HealthUpdate shield */
        shield?: number | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a HealthUpdate. */
      type $Shape = reprise.v1.HealthUpdate.$Properties;
    }

    /**
     * Properties of a StatusUpdate.
     * @deprecated Use reprise.v1.StatusUpdate.$Properties instead.
     */
    interface IStatusUpdate extends reprise.v1.StatusUpdate.$Properties {}

    /** Represents a StatusUpdate. */
    class StatusUpdate {
      /**
       * Constructs a new StatusUpdate.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.StatusUpdate.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** StatusUpdate buffIds. */
      buffIds: number[];

      /** StatusUpdate debuffIds. */
      debuffIds: number[];

      /** StatusUpdate isStunned. */
      isStunned: boolean;

      /** StatusUpdate isSilenced. */
      isSilenced: boolean;

      /**
       * Encodes the specified StatusUpdate message. Does not implicitly {@link reprise.v1.StatusUpdate.verify|verify} messages.
       * @param message StatusUpdate message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.StatusUpdate.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a StatusUpdate message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.StatusUpdate & reprise.v1.StatusUpdate.$Shape} StatusUpdate
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.StatusUpdate & reprise.v1.StatusUpdate.$Shape;
    }

    namespace StatusUpdate {
      /** Properties of a StatusUpdate. */
      interface $Properties {
        /** StatusUpdate buffIds */
        buffIds?: number[] | null;

        /** StatusUpdate debuffIds */
        debuffIds?: number[] | null;

        /** StatusUpdate isStunned */
        isStunned?: boolean | null;

        /** StatusUpdate isSilenced */
        isSilenced?: boolean | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a StatusUpdate. */
      type $Shape = reprise.v1.StatusUpdate.$Properties;
    }

    /**
     * Properties of a WorldUpdate.
     * @deprecated Use reprise.v1.WorldUpdate.$Properties instead.
     */
    interface IWorldUpdate extends reprise.v1.WorldUpdate.$Properties {}

    /**
     * 2100, to the client: what changed in a tick of all that the player sees. Take away what is
     * removed first and then apply the updates in their order: an entity that is removed and updated
     * in one packet has moved from one cell of the world to another and is still seen.
     */
    class WorldUpdate {
      /**
       * Constructs a new WorldUpdate.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.WorldUpdate.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** WorldUpdate tick. */
      tick: number | Long;

      /** The greatest sequence_number of the player's own movement that this update takes into account. */
      inputSequence: number;

      /** WorldUpdate updates. */
      updates: reprise.v1.EntityUpdate.$Properties[];

      /** Entities that are no longer seen. */
      removed: (number | Long)[];

      /**
       * Encodes the specified WorldUpdate message. Does not implicitly {@link reprise.v1.WorldUpdate.verify|verify} messages.
       * @param message WorldUpdate message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.WorldUpdate.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a WorldUpdate message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.WorldUpdate & reprise.v1.WorldUpdate.$Shape} WorldUpdate
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.WorldUpdate & reprise.v1.WorldUpdate.$Shape;
    }

    namespace WorldUpdate {
      /** Properties of a WorldUpdate. */
      interface $Properties {
        /** WorldUpdate tick */
        tick?: number | Long | null;

        /** The greatest sequence_number of the player's own movement that this update takes into account. */
        inputSequence?: number | null;

        /** WorldUpdate updates */
        updates?: reprise.v1.EntityUpdate.$Properties[] | null;

        /** Entities that are no longer seen. */
        removed?: (number | Long)[] | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a WorldUpdate. */
      type $Shape = {
        tick?: number | Long | null;
        inputSequence?: number | null;
        updates?: reprise.v1.EntityUpdate.$Shape[] | null;
        removed?: (number | Long)[] | null;
        $unknowns?: Uint8Array[];
      };
    }

    /**
     * Properties of a CombatAction.
     * @deprecated Use reprise.v1.CombatAction.$Properties instead.
     */
    interface ICombatAction extends reprise.v1.CombatAction.$Properties {}

    /** 2004, to the server. */
    class CombatAction {
      /**
       * Constructs a new CombatAction.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.CombatAction.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** 0, or the sender's own entity. */
      attackerId: number | Long;

      /** CombatAction targetId. */
      targetId: number | Long;

      /** CombatAction skillId. */
      skillId: number;

      /** CombatAction targetPosition. */
      targetPosition?: reprise.v1.Vector3.$Properties | null;

      /** Seconds. */
      castTime: number;

      /** CombatAction actionSequence. */
      actionSequence: number;

      /**
       * Encodes the specified CombatAction message. Does not implicitly {@link reprise.v1.CombatAction.verify|verify} messages.
       * @param message CombatAction message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.CombatAction.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a CombatAction message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.CombatAction & reprise.v1.CombatAction.$Shape} CombatAction
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.CombatAction & reprise.v1.CombatAction.$Shape;
    }

    namespace CombatAction {
      /** Properties of a CombatAction. */
      interface $Properties {
        /** 0, or the sender's own entity. */
        attackerId?: number | Long | null;

        /** CombatAction targetId */
        targetId?: number | Long | null;

        /** CombatAction skillId */
        skillId?: number | null;

        /** CombatAction targetPosition */
        targetPosition?: reprise.v1.Vector3.$Properties | null;

        /** Seconds. */
        castTime?: number | null;

        /** CombatAction actionSequence */
        actionSequence?: number | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a CombatAction. */
      type $Shape = reprise.v1.CombatAction.$Properties;
    }

    /**
     * Properties of a CombatResult.
     * @deprecated Use reprise.v1.CombatResult.$Properties instead.
     */
    interface ICombatResult extends reprise.v1.CombatResult.$Properties {}

    /** 2005, to the client: what an action did. */
    class CombatResult {
      /**
       * Constructs a new CombatResult.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.CombatResult.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** CombatResult attackerId. */
      attackerId: number | Long;

      /** CombatResult targetId. */
      targetId: number | Long;

      /** CombatResult skillId. */
      skillId: number;

      /** CombatResult damage. */
      damage: number;

      /** CombatResult isCritical. */
      isCritical: boolean;

      /** CombatResult isDodged. */
      isDodged: boolean;

      /** CombatResult isBlocked. */
      isBlocked: boolean;

      /** CombatResult appliedEffects. */
      appliedEffects: reprise.v1.AppliedEffect.$Properties[];

      /**
       * Encodes the specified CombatResult message. Does not implicitly {@link reprise.v1.CombatResult.verify|verify} messages.
       * @param message CombatResult message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.CombatResult.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a CombatResult message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.CombatResult & reprise.v1.CombatResult.$Shape} CombatResult
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.CombatResult & reprise.v1.CombatResult.$Shape;
    }

    namespace CombatResult {
      /** Properties of a CombatResult. */
      interface $Properties {
        /** CombatResult attackerId */
        attackerId?: number | Long | null;

        /** CombatResult targetId */
        targetId?: number | Long | null;

        /** CombatResult skillId */
        skillId?: number | null;

        /** CombatResult damage */
        damage?: number | null;

        /** CombatResult isCritical */
        isCritical?: boolean | null;

        /** CombatResult isDodged */
        isDodged?: boolean | null;

        /** CombatResult isBlocked */
        isBlocked?: boolean | null;

        /** CombatResult appliedEffects */
        appliedEffects?: reprise.v1.AppliedEffect.$Properties[] | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a CombatResult. */
      type $Shape = reprise.v1.CombatResult.$Properties;
    }

    /**
     * Properties of an AppliedEffect.
     * @deprecated Use reprise.v1.AppliedEffect.$Properties instead.
     */
    interface IAppliedEffect extends reprise.v1.AppliedEffect.$Properties {}

    /** Represents an AppliedEffect. */
    class AppliedEffect {
      /**
       * Constructs a new AppliedEffect.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.AppliedEffect.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** AppliedEffect effectId. */
      effectId: number;

      /** Seconds. */
      duration: number;

      /** AppliedEffect value. */
      value: number;

      /**
       * Encodes the specified AppliedEffect message. Does not implicitly {@link reprise.v1.AppliedEffect.verify|verify} messages.
       * @param message AppliedEffect message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.AppliedEffect.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes an AppliedEffect message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.AppliedEffect & reprise.v1.AppliedEffect.$Shape} AppliedEffect
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.AppliedEffect & reprise.v1.AppliedEffect.$Shape;
    }

    namespace AppliedEffect {
      /** Properties of an AppliedEffect. */
      interface $Properties {
        /** AppliedEffect effectId */
        effectId?: number | null;

        /** Seconds. */
        duration?: number | null;

        /** AppliedEffect value */
        value?: number | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of an AppliedEffect. */
      type $Shape = reprise.v1.AppliedEffect.$Properties;
    }

    /**
     * Properties of a DuelRequest.
     * @deprecated Use reprise.v1.DuelRequest.$Properties instead.
     */
    interface IDuelRequest extends reprise.v1.DuelRequest.$Properties {}

    /** 2101. To the server: challenges a player. To the client: somebody challenges you. */
    class DuelRequest {
      /**
       * Constructs a new DuelRequest.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.DuelRequest.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** Who is challenged; set by the sender. */
      targetId: number | Long;

      /** Who challenges; set by the server. */
      challengerId: number | Long;

      /**
       * Encodes the specified DuelRequest message. Does not implicitly {@link reprise.v1.DuelRequest.verify|verify} messages.
       * @param message DuelRequest message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.DuelRequest.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a DuelRequest message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.DuelRequest & reprise.v1.DuelRequest.$Shape} DuelRequest
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.DuelRequest & reprise.v1.DuelRequest.$Shape;
    }

    namespace DuelRequest {
      /** Properties of a DuelRequest. */
      interface $Properties {
        /** Who is challenged; set by the sender. */
        targetId?: number | Long | null;

        /** Who challenges; set by the server. */
        challengerId?: number | Long | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a DuelRequest. */
      type $Shape = reprise.v1.DuelRequest.$Properties;
    }

    /**
     * Properties of a DuelAcceptRequest.
     * @deprecated Use reprise.v1.DuelAcceptRequest.$Properties instead.
     */
    interface IDuelAcceptRequest extends reprise.v1.DuelAcceptRequest.$Properties {}

    /** 3008, to the server: the challenge of that player is taken up. */
    class DuelAcceptRequest {
      /**
       * Constructs a new DuelAcceptRequest.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.DuelAcceptRequest.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** DuelAcceptRequest challengerId. */
      challengerId: number | Long;

      /**
       * Encodes the specified DuelAcceptRequest message. Does not implicitly {@link reprise.v1.DuelAcceptRequest.verify|verify} messages.
       * @param message DuelAcceptRequest message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.DuelAcceptRequest.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a DuelAcceptRequest message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.DuelAcceptRequest & reprise.v1.DuelAcceptRequest.$Shape} DuelAcceptRequest
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.DuelAcceptRequest & reprise.v1.DuelAcceptRequest.$Shape;
    }

    namespace DuelAcceptRequest {
      /** Properties of a DuelAcceptRequest. */
      interface $Properties {
        /** DuelAcceptRequest challengerId */
        challengerId?: number | Long | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a DuelAcceptRequest. */
      type $Shape = reprise.v1.DuelAcceptRequest.$Properties;
    }

    /**
     * Properties of a DuelDeclineRequest.
     * @deprecated Use reprise.v1.DuelDeclineRequest.$Properties instead.
     */
    interface IDuelDeclineRequest extends reprise.v1.DuelDeclineRequest.$Properties {}

    /** 3009, to the server: the challenge of that player is turned down. */
    class DuelDeclineRequest {
      /**
       * Constructs a new DuelDeclineRequest.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.DuelDeclineRequest.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** DuelDeclineRequest challengerId. */
      challengerId: number | Long;

      /**
       * Encodes the specified DuelDeclineRequest message. Does not implicitly {@link reprise.v1.DuelDeclineRequest.verify|verify} messages.
       * @param message DuelDeclineRequest message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.DuelDeclineRequest.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a DuelDeclineRequest message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.DuelDeclineRequest & reprise.v1.DuelDeclineRequest.$Shape} DuelDeclineRequest
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.DuelDeclineRequest & reprise.v1.DuelDeclineRequest.$Shape;
    }

    namespace DuelDeclineRequest {
      /** Properties of a DuelDeclineRequest. */
      interface $Properties {
        /** DuelDeclineRequest challengerId */
        challengerId?: number | Long | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a DuelDeclineRequest. */
      type $Shape = reprise.v1.DuelDeclineRequest.$Properties;
    }

    /** ChatChannel enum. */
    enum ChatChannel {
      /** CHAT_CHANNEL_GLOBAL value */
      CHAT_CHANNEL_GLOBAL = 0,

      /** Who is near. */
      CHAT_CHANNEL_AREA = 1,

      /** CHAT_CHANNEL_GUILD value */
      CHAT_CHANNEL_GUILD = 2,

      /** CHAT_CHANNEL_PARTY value */
      CHAT_CHANNEL_PARTY = 3,

      /** One player, the recipient. */
      CHAT_CHANNEL_WHISPER = 4,

      /** CHAT_CHANNEL_TRADE value */
      CHAT_CHANNEL_TRADE = 5,
    }

    /**
     * Properties of a ChatMessage.
     * @deprecated Use reprise.v1.ChatMessage.$Properties instead.
     */
    interface IChatMessage extends reprise.v1.ChatMessage.$Properties {}

    /** 2006, both ways. What a client writes into a field that the server sets is not read. */
    class ChatMessage {
      /**
       * Constructs a new ChatMessage.
       * @param [properties] Properties to set
       */
      constructor(properties?: reprise.v1.ChatMessage.$Properties);

      /** Unknown fields preserved while decoding when enabled */
      $unknowns?: Uint8Array[];

      /** Set by the server. */
      senderId: number | Long;

      /** Set by the server. */
      senderName: string;

      /** ChatMessage channel. */
      channel: reprise.v1.ChatChannel;

      /** ChatMessage message. */
      message: string;

      /** Milliseconds since the epoch; set by the server. */
      timestamp: number | Long;

      /** The player who is whispered to; 0 on every other channel. */
      recipientId: number | Long;

      /**
       * Encodes the specified ChatMessage message. Does not implicitly {@link reprise.v1.ChatMessage.verify|verify} messages.
       * @param message ChatMessage message or plain object to encode
       * @param [writer] Writer to encode to
       * @returns Writer
       */
      static encode(
        message: reprise.v1.ChatMessage.$Properties,
        writer?: $protobuf.Writer,
      ): $protobuf.Writer;

      /**
       * Decodes a ChatMessage message from the specified reader or buffer.
       * @param reader Reader or buffer to decode from
       * @param [length] Message length if known beforehand
       * @returns {reprise.v1.ChatMessage & reprise.v1.ChatMessage.$Shape} ChatMessage
       * @throws {Error} If the payload is not a reader or valid buffer
       * @throws {$protobuf.util.ProtocolError} If required fields are missing
       */
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): reprise.v1.ChatMessage & reprise.v1.ChatMessage.$Shape;
    }

    namespace ChatMessage {
      /** Properties of a ChatMessage. */
      interface $Properties {
        /** Set by the server. */
        senderId?: number | Long | null;

        /** Set by the server. */
        senderName?: string | null;

        /** ChatMessage channel */
        channel?: reprise.v1.ChatChannel | null;

        /** ChatMessage message */
        message?: string | null;

        /** Milliseconds since the epoch; set by the server. */
        timestamp?: number | Long | null;

        /** The player who is whispered to; 0 on every other channel. */
        recipientId?: number | Long | null;

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];
      }

      /** Shape of a ChatMessage. */
      type $Shape = reprise.v1.ChatMessage.$Properties;
    }

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

// Made by scripts/gen-proto.ts. Change the schema in proto instead.
/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

const $Reader = $protobuf.Reader,
  $Writer = $protobuf.Writer,
  $util = $protobuf.util;
const $Object = $util.global.Object,
  $undefined = $util.global.undefined,
  $Error = $util.global.Error,
  $RangeError = $util.global.RangeError;

const $root = $protobuf.roots["reprise-game"] || ($protobuf.roots["reprise-game"] = {});

export const reprise = ($root.reprise = (() => {
  const reprise = {};

  reprise.v1 = (function () {
    const v1 = {};

    v1.EnterWorldRequest = (function () {
      const EnterWorldRequest = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      EnterWorldRequest.prototype.characterId = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;
      EnterWorldRequest.prototype.channelId = 0;
      EnterWorldRequest.prototype.sessionToken = "";

      EnterWorldRequest.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.characterId != null &&
          $Object.hasOwnProperty.call(message, "characterId") &&
          (typeof message.characterId === "object"
            ? message.characterId.low || message.characterId.high
            : message.characterId !== 0)
        )
          writer.uint32(8).uint64(message.characterId);
        if (
          message.channelId != null &&
          $Object.hasOwnProperty.call(message, "channelId") &&
          message.channelId !== 0
        )
          writer.uint32(16).uint32(message.channelId);
        if (
          message.sessionToken != null &&
          $Object.hasOwnProperty.call(message, "sessionToken") &&
          message.sessionToken !== ""
        )
          writer.uint32(26).string(message.sessionToken);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      EnterWorldRequest.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
        if (_depth === $undefined) _depth = 0;
        if (_depth > $Reader.recursionLimit) throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined) end = reader.len;
        else {
          end = reader.pos + length;
          if (end > reader.len) throw $RangeError("index out of range");
          length = reader.len;
          reader.len = end;
        }
        message = _target || new $root.reprise.v1.EnterWorldRequest();
        while (reader.pos < end) {
          let start = reader.pos;
          let tag = reader.tag();
          if (tag === _end) {
            _end = $undefined;
            break;
          }
          let wireType = tag & 7;
          switch ((tag >>>= 3)) {
            case 1: {
              if (wireType !== 0) break;
              if (
                typeof (value = reader.uint64()) === "object"
                  ? value.low || value.high
                  : value !== 0
              )
                message.characterId = value;
              else delete message.characterId;
              continue;
            }
            case 2: {
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.channelId = value;
              else delete message.channelId;
              continue;
            }
            case 3: {
              if (wireType !== 2) break;
              if ((value = reader.stringVerify()).length) message.sessionToken = value;
              else delete message.sessionToken;
              continue;
            }
          }
          reader.skipType(wireType, _depth, tag);
          if (!reader.discardUnknown) {
            $util.makeProp(message, "$unknowns", false);
            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
          }
        }
        if (length !== $undefined) {
          if (reader.pos !== end) throw $RangeError("index out of range");
          reader.len = length;
        }
        if (_end !== $undefined) throw $Error("missing end group");
        return message;
      };

      return EnterWorldRequest;
    })();

    v1.EnterWorldResponse = (function () {
      const EnterWorldResponse = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      EnterWorldResponse.prototype.success = false;
      EnterWorldResponse.prototype.errorCode = 0;
      EnterWorldResponse.prototype.spawnPosition = null;
      EnterWorldResponse.prototype.mapId = 0;
      EnterWorldResponse.prototype.entityId = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;

      EnterWorldResponse.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.success != null &&
          $Object.hasOwnProperty.call(message, "success") &&
          message.success !== false
        )
          writer.uint32(8).bool(message.success);
        if (
          message.errorCode != null &&
          $Object.hasOwnProperty.call(message, "errorCode") &&
          message.errorCode !== 0
        )
          writer.uint32(16).int32(message.errorCode);
        if (message.spawnPosition != null && $Object.hasOwnProperty.call(message, "spawnPosition"))
          $root.reprise.v1.Vector3.encode(
            message.spawnPosition,
            writer.uint32(26).fork(),
            _depth + 1,
          ).ldelim();
        if (
          message.mapId != null &&
          $Object.hasOwnProperty.call(message, "mapId") &&
          message.mapId !== 0
        )
          writer.uint32(32).uint32(message.mapId);
        if (
          message.entityId != null &&
          $Object.hasOwnProperty.call(message, "entityId") &&
          (typeof message.entityId === "object"
            ? message.entityId.low || message.entityId.high
            : message.entityId !== 0)
        )
          writer.uint32(128).uint64(message.entityId);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      EnterWorldResponse.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
        if (_depth === $undefined) _depth = 0;
        if (_depth > $Reader.recursionLimit) throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined) end = reader.len;
        else {
          end = reader.pos + length;
          if (end > reader.len) throw $RangeError("index out of range");
          length = reader.len;
          reader.len = end;
        }
        message = _target || new $root.reprise.v1.EnterWorldResponse();
        while (reader.pos < end) {
          let start = reader.pos;
          let tag = reader.tag();
          if (tag === _end) {
            _end = $undefined;
            break;
          }
          let wireType = tag & 7;
          switch ((tag >>>= 3)) {
            case 1: {
              if (wireType !== 0) break;
              if ((value = reader.bool())) message.success = value;
              else delete message.success;
              continue;
            }
            case 2: {
              if (wireType !== 0) break;
              if ((value = reader.int32())) message.errorCode = value;
              else delete message.errorCode;
              continue;
            }
            case 3: {
              if (wireType !== 2) break;
              message.spawnPosition = $root.reprise.v1.Vector3.decode(
                reader,
                reader.size(),
                $undefined,
                _depth + 1,
                message.spawnPosition,
              );
              continue;
            }
            case 4: {
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.mapId = value;
              else delete message.mapId;
              continue;
            }
            case 16: {
              if (wireType !== 0) break;
              if (
                typeof (value = reader.uint64()) === "object"
                  ? value.low || value.high
                  : value !== 0
              )
                message.entityId = value;
              else delete message.entityId;
              continue;
            }
          }
          reader.skipType(wireType, _depth, tag);
          if (!reader.discardUnknown) {
            $util.makeProp(message, "$unknowns", false);
            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
          }
        }
        if (length !== $undefined) {
          if (reader.pos !== end) throw $RangeError("index out of range");
          reader.len = length;
        }
        if (_end !== $undefined) throw $Error("missing end group");
        return message;
      };

      return EnterWorldResponse;
    })();

    v1.MovementUpdate = (function () {
      const MovementUpdate = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      MovementUpdate.prototype.entityId = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;
      MovementUpdate.prototype.position = null;
      MovementUpdate.prototype.velocity = null;
      MovementUpdate.prototype.rotation = null;
      MovementUpdate.prototype.timestamp = 0;
      MovementUpdate.prototype.sequenceNumber = 0;

      MovementUpdate.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.entityId != null &&
          $Object.hasOwnProperty.call(message, "entityId") &&
          (typeof message.entityId === "object"
            ? message.entityId.low || message.entityId.high
            : message.entityId !== 0)
        )
          writer.uint32(8).uint64(message.entityId);
        if (message.position != null && $Object.hasOwnProperty.call(message, "position"))
          $root.reprise.v1.Vector3.encode(
            message.position,
            writer.uint32(18).fork(),
            _depth + 1,
          ).ldelim();
        if (message.velocity != null && $Object.hasOwnProperty.call(message, "velocity"))
          $root.reprise.v1.Vector3.encode(
            message.velocity,
            writer.uint32(26).fork(),
            _depth + 1,
          ).ldelim();
        if (message.rotation != null && $Object.hasOwnProperty.call(message, "rotation"))
          $root.reprise.v1.Vector3.encode(
            message.rotation,
            writer.uint32(34).fork(),
            _depth + 1,
          ).ldelim();
        if (
          message.timestamp != null &&
          $Object.hasOwnProperty.call(message, "timestamp") &&
          !$Object.is(message.timestamp, 0)
        )
          writer.uint32(45).float(message.timestamp);
        if (
          message.sequenceNumber != null &&
          $Object.hasOwnProperty.call(message, "sequenceNumber") &&
          message.sequenceNumber !== 0
        )
          writer.uint32(48).uint32(message.sequenceNumber);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      MovementUpdate.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
        if (_depth === $undefined) _depth = 0;
        if (_depth > $Reader.recursionLimit) throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined) end = reader.len;
        else {
          end = reader.pos + length;
          if (end > reader.len) throw $RangeError("index out of range");
          length = reader.len;
          reader.len = end;
        }
        message = _target || new $root.reprise.v1.MovementUpdate();
        while (reader.pos < end) {
          let start = reader.pos;
          let tag = reader.tag();
          if (tag === _end) {
            _end = $undefined;
            break;
          }
          let wireType = tag & 7;
          switch ((tag >>>= 3)) {
            case 1: {
              if (wireType !== 0) break;
              if (
                typeof (value = reader.uint64()) === "object"
                  ? value.low || value.high
                  : value !== 0
              )
                message.entityId = value;
              else delete message.entityId;
              continue;
            }
            case 2: {
              if (wireType !== 2) break;
              message.position = $root.reprise.v1.Vector3.decode(
                reader,
                reader.size(),
                $undefined,
                _depth + 1,
                message.position,
              );
              continue;
            }
            case 3: {
              if (wireType !== 2) break;
              message.velocity = $root.reprise.v1.Vector3.decode(
                reader,
                reader.size(),
                $undefined,
                _depth + 1,
                message.velocity,
              );
              continue;
            }
            case 4: {
              if (wireType !== 2) break;
              message.rotation = $root.reprise.v1.Vector3.decode(
                reader,
                reader.size(),
                $undefined,
                _depth + 1,
                message.rotation,
              );
              continue;
            }
            case 5: {
              if (wireType !== 5) break;
              if (!$Object.is((value = reader.float()), 0)) message.timestamp = value;
              else delete message.timestamp;
              continue;
            }
            case 6: {
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.sequenceNumber = value;
              else delete message.sequenceNumber;
              continue;
            }
          }
          reader.skipType(wireType, _depth, tag);
          if (!reader.discardUnknown) {
            $util.makeProp(message, "$unknowns", false);
            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
          }
        }
        if (length !== $undefined) {
          if (reader.pos !== end) throw $RangeError("index out of range");
          reader.len = length;
        }
        if (_end !== $undefined) throw $Error("missing end group");
        return message;
      };

      return MovementUpdate;
    })();

    v1.EntityUpdate = (function () {
      const EntityUpdate = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      EntityUpdate.prototype.entityId = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;
      EntityUpdate.prototype.movement = null;
      EntityUpdate.prototype.health = null;
      EntityUpdate.prototype.status = null;

      let $oneOfFields;

      $Object.defineProperty(EntityUpdate.prototype, "update", {
        get: $util.oneOfGetter(($oneOfFields = ["movement", "health", "status"])),
        set: $util.oneOfSetter($oneOfFields),
      });

      EntityUpdate.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.entityId != null &&
          $Object.hasOwnProperty.call(message, "entityId") &&
          (typeof message.entityId === "object"
            ? message.entityId.low || message.entityId.high
            : message.entityId !== 0)
        )
          writer.uint32(8).uint64(message.entityId);
        if (message.movement != null && $Object.hasOwnProperty.call(message, "movement"))
          $root.reprise.v1.MovementUpdate.encode(
            message.movement,
            writer.uint32(18).fork(),
            _depth + 1,
          ).ldelim();
        if (message.health != null && $Object.hasOwnProperty.call(message, "health"))
          $root.reprise.v1.HealthUpdate.encode(
            message.health,
            writer.uint32(26).fork(),
            _depth + 1,
          ).ldelim();
        if (message.status != null && $Object.hasOwnProperty.call(message, "status"))
          $root.reprise.v1.StatusUpdate.encode(
            message.status,
            writer.uint32(34).fork(),
            _depth + 1,
          ).ldelim();
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      EntityUpdate.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
        if (_depth === $undefined) _depth = 0;
        if (_depth > $Reader.recursionLimit) throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined) end = reader.len;
        else {
          end = reader.pos + length;
          if (end > reader.len) throw $RangeError("index out of range");
          length = reader.len;
          reader.len = end;
        }
        message = _target || new $root.reprise.v1.EntityUpdate();
        while (reader.pos < end) {
          let start = reader.pos;
          let tag = reader.tag();
          if (tag === _end) {
            _end = $undefined;
            break;
          }
          let wireType = tag & 7;
          switch ((tag >>>= 3)) {
            case 1: {
              if (wireType !== 0) break;
              if (
                typeof (value = reader.uint64()) === "object"
                  ? value.low || value.high
                  : value !== 0
              )
                message.entityId = value;
              else delete message.entityId;
              continue;
            }
            case 2: {
              if (wireType !== 2) break;
              message.movement = $root.reprise.v1.MovementUpdate.decode(
                reader,
                reader.size(),
                $undefined,
                _depth + 1,
                message.movement,
              );
              message.update = "movement";
              continue;
            }
            case 3: {
              if (wireType !== 2) break;
              message.health = $root.reprise.v1.HealthUpdate.decode(
                reader,
                reader.size(),
                $undefined,
                _depth + 1,
                message.health,
              );
              message.update = "health";
              continue;
            }
            case 4: {
              if (wireType !== 2) break;
              message.status = $root.reprise.v1.StatusUpdate.decode(
                reader,
                reader.size(),
                $undefined,
                _depth + 1,
                message.status,
              );
              message.update = "status";
              continue;
            }
          }
          reader.skipType(wireType, _depth, tag);
          if (!reader.discardUnknown) {
            $util.makeProp(message, "$unknowns", false);
            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
          }
        }
        if (length !== $undefined) {
          if (reader.pos !== end) throw $RangeError("index out of range");
          reader.len = length;
        }
        if (_end !== $undefined) throw $Error("missing end group");
        return message;
      };

      return EntityUpdate;
    })();

    v1.HealthUpdate = (function () {
      const HealthUpdate = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      HealthUpdate.prototype.currentHp = 0;
      HealthUpdate.prototype.maxHp = 0;
      HealthUpdate.prototype.shield = 0;

      HealthUpdate.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.currentHp != null &&
          $Object.hasOwnProperty.call(message, "currentHp") &&
          message.currentHp !== 0
        )
          writer.uint32(8).uint32(message.currentHp);
        if (
          message.maxHp != null &&
          $Object.hasOwnProperty.call(message, "maxHp") &&
          message.maxHp !== 0
        )
          writer.uint32(16).uint32(message.maxHp);
        if (
          message.shield != null &&
          $Object.hasOwnProperty.call(message, "shield") &&
          message.shield !== 0
        )
          writer.uint32(24).uint32(message.shield);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      HealthUpdate.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
        if (_depth === $undefined) _depth = 0;
        if (_depth > $Reader.recursionLimit) throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined) end = reader.len;
        else {
          end = reader.pos + length;
          if (end > reader.len) throw $RangeError("index out of range");
          length = reader.len;
          reader.len = end;
        }
        message = _target || new $root.reprise.v1.HealthUpdate();
        while (reader.pos < end) {
          let start = reader.pos;
          let tag = reader.tag();
          if (tag === _end) {
            _end = $undefined;
            break;
          }
          let wireType = tag & 7;
          switch ((tag >>>= 3)) {
            case 1: {
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.currentHp = value;
              else delete message.currentHp;
              continue;
            }
            case 2: {
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.maxHp = value;
              else delete message.maxHp;
              continue;
            }
            case 3: {
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.shield = value;
              else delete message.shield;
              continue;
            }
          }
          reader.skipType(wireType, _depth, tag);
          if (!reader.discardUnknown) {
            $util.makeProp(message, "$unknowns", false);
            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
          }
        }
        if (length !== $undefined) {
          if (reader.pos !== end) throw $RangeError("index out of range");
          reader.len = length;
        }
        if (_end !== $undefined) throw $Error("missing end group");
        return message;
      };

      return HealthUpdate;
    })();

    v1.StatusUpdate = (function () {
      const StatusUpdate = function (properties) {
        this.buffIds = [];
        this.debuffIds = [];
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      StatusUpdate.prototype.buffIds = $util.emptyArray;
      StatusUpdate.prototype.debuffIds = $util.emptyArray;
      StatusUpdate.prototype.isStunned = false;
      StatusUpdate.prototype.isSilenced = false;

      StatusUpdate.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (message.buffIds != null && message.buffIds.length)
          writer.uint32(10).uint32s(message.buffIds);
        if (message.debuffIds != null && message.debuffIds.length)
          writer.uint32(18).uint32s(message.debuffIds);
        if (
          message.isStunned != null &&
          $Object.hasOwnProperty.call(message, "isStunned") &&
          message.isStunned !== false
        )
          writer.uint32(24).bool(message.isStunned);
        if (
          message.isSilenced != null &&
          $Object.hasOwnProperty.call(message, "isSilenced") &&
          message.isSilenced !== false
        )
          writer.uint32(32).bool(message.isSilenced);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      StatusUpdate.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
        if (_depth === $undefined) _depth = 0;
        if (_depth > $Reader.recursionLimit) throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined) end = reader.len;
        else {
          end = reader.pos + length;
          if (end > reader.len) throw $RangeError("index out of range");
          length = reader.len;
          reader.len = end;
        }
        message = _target || new $root.reprise.v1.StatusUpdate();
        while (reader.pos < end) {
          let start = reader.pos;
          let tag = reader.tag();
          if (tag === _end) {
            _end = $undefined;
            break;
          }
          let wireType = tag & 7;
          switch ((tag >>>= 3)) {
            case 1: {
              if (wireType === 2) {
                if (!(message.buffIds && message.buffIds.length)) message.buffIds = [];
                reader.uint32s(message.buffIds);
                continue;
              }
              if (wireType !== 0) break;
              if (!(message.buffIds && message.buffIds.length)) message.buffIds = [];
              message.buffIds.push(reader.uint32());
              continue;
            }
            case 2: {
              if (wireType === 2) {
                if (!(message.debuffIds && message.debuffIds.length)) message.debuffIds = [];
                reader.uint32s(message.debuffIds);
                continue;
              }
              if (wireType !== 0) break;
              if (!(message.debuffIds && message.debuffIds.length)) message.debuffIds = [];
              message.debuffIds.push(reader.uint32());
              continue;
            }
            case 3: {
              if (wireType !== 0) break;
              if ((value = reader.bool())) message.isStunned = value;
              else delete message.isStunned;
              continue;
            }
            case 4: {
              if (wireType !== 0) break;
              if ((value = reader.bool())) message.isSilenced = value;
              else delete message.isSilenced;
              continue;
            }
          }
          reader.skipType(wireType, _depth, tag);
          if (!reader.discardUnknown) {
            $util.makeProp(message, "$unknowns", false);
            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
          }
        }
        if (length !== $undefined) {
          if (reader.pos !== end) throw $RangeError("index out of range");
          reader.len = length;
        }
        if (_end !== $undefined) throw $Error("missing end group");
        return message;
      };

      return StatusUpdate;
    })();

    v1.WorldUpdate = (function () {
      const WorldUpdate = function (properties) {
        this.updates = [];
        this.removed = [];
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      WorldUpdate.prototype.tick = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;
      WorldUpdate.prototype.inputSequence = 0;
      WorldUpdate.prototype.updates = $util.emptyArray;
      WorldUpdate.prototype.removed = $util.emptyArray;

      WorldUpdate.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.tick != null &&
          $Object.hasOwnProperty.call(message, "tick") &&
          (typeof message.tick === "object"
            ? message.tick.low || message.tick.high
            : message.tick !== 0)
        )
          writer.uint32(8).uint64(message.tick);
        if (
          message.inputSequence != null &&
          $Object.hasOwnProperty.call(message, "inputSequence") &&
          message.inputSequence !== 0
        )
          writer.uint32(16).uint32(message.inputSequence);
        if (message.updates != null && message.updates.length)
          for (let i = 0; i < message.updates.length; ++i)
            $root.reprise.v1.EntityUpdate.encode(
              message.updates[i],
              writer.uint32(26).fork(),
              _depth + 1,
            ).ldelim();
        if (message.removed != null && message.removed.length)
          writer.uint32(34).uint64s(message.removed);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      WorldUpdate.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
        if (_depth === $undefined) _depth = 0;
        if (_depth > $Reader.recursionLimit) throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined) end = reader.len;
        else {
          end = reader.pos + length;
          if (end > reader.len) throw $RangeError("index out of range");
          length = reader.len;
          reader.len = end;
        }
        message = _target || new $root.reprise.v1.WorldUpdate();
        while (reader.pos < end) {
          let start = reader.pos;
          let tag = reader.tag();
          if (tag === _end) {
            _end = $undefined;
            break;
          }
          let wireType = tag & 7;
          switch ((tag >>>= 3)) {
            case 1: {
              if (wireType !== 0) break;
              if (
                typeof (value = reader.uint64()) === "object"
                  ? value.low || value.high
                  : value !== 0
              )
                message.tick = value;
              else delete message.tick;
              continue;
            }
            case 2: {
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.inputSequence = value;
              else delete message.inputSequence;
              continue;
            }
            case 3: {
              if (wireType !== 2) break;
              if (!(message.updates && message.updates.length)) message.updates = [];
              message.updates.push(
                $root.reprise.v1.EntityUpdate.decode(reader, reader.size(), $undefined, _depth + 1),
              );
              continue;
            }
            case 4: {
              if (wireType === 2) {
                if (!(message.removed && message.removed.length)) message.removed = [];
                reader.uint64s(message.removed);
                continue;
              }
              if (wireType !== 0) break;
              if (!(message.removed && message.removed.length)) message.removed = [];
              message.removed.push(reader.uint64());
              continue;
            }
          }
          reader.skipType(wireType, _depth, tag);
          if (!reader.discardUnknown) {
            $util.makeProp(message, "$unknowns", false);
            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
          }
        }
        if (length !== $undefined) {
          if (reader.pos !== end) throw $RangeError("index out of range");
          reader.len = length;
        }
        if (_end !== $undefined) throw $Error("missing end group");
        return message;
      };

      return WorldUpdate;
    })();

    v1.CombatAction = (function () {
      const CombatAction = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      CombatAction.prototype.attackerId = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;
      CombatAction.prototype.targetId = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;
      CombatAction.prototype.skillId = 0;
      CombatAction.prototype.targetPosition = null;
      CombatAction.prototype.castTime = 0;
      CombatAction.prototype.actionSequence = 0;

      CombatAction.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.attackerId != null &&
          $Object.hasOwnProperty.call(message, "attackerId") &&
          (typeof message.attackerId === "object"
            ? message.attackerId.low || message.attackerId.high
            : message.attackerId !== 0)
        )
          writer.uint32(8).uint64(message.attackerId);
        if (
          message.targetId != null &&
          $Object.hasOwnProperty.call(message, "targetId") &&
          (typeof message.targetId === "object"
            ? message.targetId.low || message.targetId.high
            : message.targetId !== 0)
        )
          writer.uint32(16).uint64(message.targetId);
        if (
          message.skillId != null &&
          $Object.hasOwnProperty.call(message, "skillId") &&
          message.skillId !== 0
        )
          writer.uint32(24).uint32(message.skillId);
        if (
          message.targetPosition != null &&
          $Object.hasOwnProperty.call(message, "targetPosition")
        )
          $root.reprise.v1.Vector3.encode(
            message.targetPosition,
            writer.uint32(34).fork(),
            _depth + 1,
          ).ldelim();
        if (
          message.castTime != null &&
          $Object.hasOwnProperty.call(message, "castTime") &&
          !$Object.is(message.castTime, 0)
        )
          writer.uint32(45).float(message.castTime);
        if (
          message.actionSequence != null &&
          $Object.hasOwnProperty.call(message, "actionSequence") &&
          message.actionSequence !== 0
        )
          writer.uint32(48).uint32(message.actionSequence);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      CombatAction.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
        if (_depth === $undefined) _depth = 0;
        if (_depth > $Reader.recursionLimit) throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined) end = reader.len;
        else {
          end = reader.pos + length;
          if (end > reader.len) throw $RangeError("index out of range");
          length = reader.len;
          reader.len = end;
        }
        message = _target || new $root.reprise.v1.CombatAction();
        while (reader.pos < end) {
          let start = reader.pos;
          let tag = reader.tag();
          if (tag === _end) {
            _end = $undefined;
            break;
          }
          let wireType = tag & 7;
          switch ((tag >>>= 3)) {
            case 1: {
              if (wireType !== 0) break;
              if (
                typeof (value = reader.uint64()) === "object"
                  ? value.low || value.high
                  : value !== 0
              )
                message.attackerId = value;
              else delete message.attackerId;
              continue;
            }
            case 2: {
              if (wireType !== 0) break;
              if (
                typeof (value = reader.uint64()) === "object"
                  ? value.low || value.high
                  : value !== 0
              )
                message.targetId = value;
              else delete message.targetId;
              continue;
            }
            case 3: {
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.skillId = value;
              else delete message.skillId;
              continue;
            }
            case 4: {
              if (wireType !== 2) break;
              message.targetPosition = $root.reprise.v1.Vector3.decode(
                reader,
                reader.size(),
                $undefined,
                _depth + 1,
                message.targetPosition,
              );
              continue;
            }
            case 5: {
              if (wireType !== 5) break;
              if (!$Object.is((value = reader.float()), 0)) message.castTime = value;
              else delete message.castTime;
              continue;
            }
            case 6: {
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.actionSequence = value;
              else delete message.actionSequence;
              continue;
            }
          }
          reader.skipType(wireType, _depth, tag);
          if (!reader.discardUnknown) {
            $util.makeProp(message, "$unknowns", false);
            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
          }
        }
        if (length !== $undefined) {
          if (reader.pos !== end) throw $RangeError("index out of range");
          reader.len = length;
        }
        if (_end !== $undefined) throw $Error("missing end group");
        return message;
      };

      return CombatAction;
    })();

    v1.CombatResult = (function () {
      const CombatResult = function (properties) {
        this.appliedEffects = [];
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      CombatResult.prototype.attackerId = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;
      CombatResult.prototype.targetId = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;
      CombatResult.prototype.skillId = 0;
      CombatResult.prototype.damage = 0;
      CombatResult.prototype.isCritical = false;
      CombatResult.prototype.isDodged = false;
      CombatResult.prototype.isBlocked = false;
      CombatResult.prototype.appliedEffects = $util.emptyArray;

      CombatResult.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.attackerId != null &&
          $Object.hasOwnProperty.call(message, "attackerId") &&
          (typeof message.attackerId === "object"
            ? message.attackerId.low || message.attackerId.high
            : message.attackerId !== 0)
        )
          writer.uint32(8).uint64(message.attackerId);
        if (
          message.targetId != null &&
          $Object.hasOwnProperty.call(message, "targetId") &&
          (typeof message.targetId === "object"
            ? message.targetId.low || message.targetId.high
            : message.targetId !== 0)
        )
          writer.uint32(16).uint64(message.targetId);
        if (
          message.skillId != null &&
          $Object.hasOwnProperty.call(message, "skillId") &&
          message.skillId !== 0
        )
          writer.uint32(24).uint32(message.skillId);
        if (
          message.damage != null &&
          $Object.hasOwnProperty.call(message, "damage") &&
          message.damage !== 0
        )
          writer.uint32(32).uint32(message.damage);
        if (
          message.isCritical != null &&
          $Object.hasOwnProperty.call(message, "isCritical") &&
          message.isCritical !== false
        )
          writer.uint32(40).bool(message.isCritical);
        if (
          message.isDodged != null &&
          $Object.hasOwnProperty.call(message, "isDodged") &&
          message.isDodged !== false
        )
          writer.uint32(48).bool(message.isDodged);
        if (
          message.isBlocked != null &&
          $Object.hasOwnProperty.call(message, "isBlocked") &&
          message.isBlocked !== false
        )
          writer.uint32(56).bool(message.isBlocked);
        if (message.appliedEffects != null && message.appliedEffects.length)
          for (let i = 0; i < message.appliedEffects.length; ++i)
            $root.reprise.v1.AppliedEffect.encode(
              message.appliedEffects[i],
              writer.uint32(66).fork(),
              _depth + 1,
            ).ldelim();
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      CombatResult.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
        if (_depth === $undefined) _depth = 0;
        if (_depth > $Reader.recursionLimit) throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined) end = reader.len;
        else {
          end = reader.pos + length;
          if (end > reader.len) throw $RangeError("index out of range");
          length = reader.len;
          reader.len = end;
        }
        message = _target || new $root.reprise.v1.CombatResult();
        while (reader.pos < end) {
          let start = reader.pos;
          let tag = reader.tag();
          if (tag === _end) {
            _end = $undefined;
            break;
          }
          let wireType = tag & 7;
          switch ((tag >>>= 3)) {
            case 1: {
              if (wireType !== 0) break;
              if (
                typeof (value = reader.uint64()) === "object"
                  ? value.low || value.high
                  : value !== 0
              )
                message.attackerId = value;
              else delete message.attackerId;
              continue;
            }
            case 2: {
              if (wireType !== 0) break;
              if (
                typeof (value = reader.uint64()) === "object"
                  ? value.low || value.high
                  : value !== 0
              )
                message.targetId = value;
              else delete message.targetId;
              continue;
            }
            case 3: {
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.skillId = value;
              else delete message.skillId;
              continue;
            }
            case 4: {
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.damage = value;
              else delete message.damage;
              continue;
            }
            case 5: {
              if (wireType !== 0) break;
              if ((value = reader.bool())) message.isCritical = value;
              else delete message.isCritical;
              continue;
            }
            case 6: {
              if (wireType !== 0) break;
              if ((value = reader.bool())) message.isDodged = value;
              else delete message.isDodged;
              continue;
            }
            case 7: {
              if (wireType !== 0) break;
              if ((value = reader.bool())) message.isBlocked = value;
              else delete message.isBlocked;
              continue;
            }
            case 8: {
              if (wireType !== 2) break;
              if (!(message.appliedEffects && message.appliedEffects.length))
                message.appliedEffects = [];
              message.appliedEffects.push(
                $root.reprise.v1.AppliedEffect.decode(
                  reader,
                  reader.size(),
                  $undefined,
                  _depth + 1,
                ),
              );
              continue;
            }
          }
          reader.skipType(wireType, _depth, tag);
          if (!reader.discardUnknown) {
            $util.makeProp(message, "$unknowns", false);
            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
          }
        }
        if (length !== $undefined) {
          if (reader.pos !== end) throw $RangeError("index out of range");
          reader.len = length;
        }
        if (_end !== $undefined) throw $Error("missing end group");
        return message;
      };

      return CombatResult;
    })();

    v1.AppliedEffect = (function () {
      const AppliedEffect = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      AppliedEffect.prototype.effectId = 0;
      AppliedEffect.prototype.duration = 0;
      AppliedEffect.prototype.value = 0;

      AppliedEffect.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.effectId != null &&
          $Object.hasOwnProperty.call(message, "effectId") &&
          message.effectId !== 0
        )
          writer.uint32(8).uint32(message.effectId);
        if (
          message.duration != null &&
          $Object.hasOwnProperty.call(message, "duration") &&
          !$Object.is(message.duration, 0)
        )
          writer.uint32(21).float(message.duration);
        if (
          message.value != null &&
          $Object.hasOwnProperty.call(message, "value") &&
          !$Object.is(message.value, 0)
        )
          writer.uint32(29).float(message.value);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      AppliedEffect.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
        if (_depth === $undefined) _depth = 0;
        if (_depth > $Reader.recursionLimit) throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined) end = reader.len;
        else {
          end = reader.pos + length;
          if (end > reader.len) throw $RangeError("index out of range");
          length = reader.len;
          reader.len = end;
        }
        message = _target || new $root.reprise.v1.AppliedEffect();
        while (reader.pos < end) {
          let start = reader.pos;
          let tag = reader.tag();
          if (tag === _end) {
            _end = $undefined;
            break;
          }
          let wireType = tag & 7;
          switch ((tag >>>= 3)) {
            case 1: {
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.effectId = value;
              else delete message.effectId;
              continue;
            }
            case 2: {
              if (wireType !== 5) break;
              if (!$Object.is((value = reader.float()), 0)) message.duration = value;
              else delete message.duration;
              continue;
            }
            case 3: {
              if (wireType !== 5) break;
              if (!$Object.is((value = reader.float()), 0)) message.value = value;
              else delete message.value;
              continue;
            }
          }
          reader.skipType(wireType, _depth, tag);
          if (!reader.discardUnknown) {
            $util.makeProp(message, "$unknowns", false);
            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
          }
        }
        if (length !== $undefined) {
          if (reader.pos !== end) throw $RangeError("index out of range");
          reader.len = length;
        }
        if (_end !== $undefined) throw $Error("missing end group");
        return message;
      };

      return AppliedEffect;
    })();

    v1.DuelRequest = (function () {
      const DuelRequest = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      DuelRequest.prototype.targetId = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;
      DuelRequest.prototype.challengerId = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;

      DuelRequest.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.targetId != null &&
          $Object.hasOwnProperty.call(message, "targetId") &&
          (typeof message.targetId === "object"
            ? message.targetId.low || message.targetId.high
            : message.targetId !== 0)
        )
          writer.uint32(8).uint64(message.targetId);
        if (
          message.challengerId != null &&
          $Object.hasOwnProperty.call(message, "challengerId") &&
          (typeof message.challengerId === "object"
            ? message.challengerId.low || message.challengerId.high
            : message.challengerId !== 0)
        )
          writer.uint32(16).uint64(message.challengerId);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      DuelRequest.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
        if (_depth === $undefined) _depth = 0;
        if (_depth > $Reader.recursionLimit) throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined) end = reader.len;
        else {
          end = reader.pos + length;
          if (end > reader.len) throw $RangeError("index out of range");
          length = reader.len;
          reader.len = end;
        }
        message = _target || new $root.reprise.v1.DuelRequest();
        while (reader.pos < end) {
          let start = reader.pos;
          let tag = reader.tag();
          if (tag === _end) {
            _end = $undefined;
            break;
          }
          let wireType = tag & 7;
          switch ((tag >>>= 3)) {
            case 1: {
              if (wireType !== 0) break;
              if (
                typeof (value = reader.uint64()) === "object"
                  ? value.low || value.high
                  : value !== 0
              )
                message.targetId = value;
              else delete message.targetId;
              continue;
            }
            case 2: {
              if (wireType !== 0) break;
              if (
                typeof (value = reader.uint64()) === "object"
                  ? value.low || value.high
                  : value !== 0
              )
                message.challengerId = value;
              else delete message.challengerId;
              continue;
            }
          }
          reader.skipType(wireType, _depth, tag);
          if (!reader.discardUnknown) {
            $util.makeProp(message, "$unknowns", false);
            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
          }
        }
        if (length !== $undefined) {
          if (reader.pos !== end) throw $RangeError("index out of range");
          reader.len = length;
        }
        if (_end !== $undefined) throw $Error("missing end group");
        return message;
      };

      return DuelRequest;
    })();

    v1.DuelAcceptRequest = (function () {
      const DuelAcceptRequest = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      DuelAcceptRequest.prototype.challengerId = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;

      DuelAcceptRequest.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.challengerId != null &&
          $Object.hasOwnProperty.call(message, "challengerId") &&
          (typeof message.challengerId === "object"
            ? message.challengerId.low || message.challengerId.high
            : message.challengerId !== 0)
        )
          writer.uint32(8).uint64(message.challengerId);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      DuelAcceptRequest.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
        if (_depth === $undefined) _depth = 0;
        if (_depth > $Reader.recursionLimit) throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined) end = reader.len;
        else {
          end = reader.pos + length;
          if (end > reader.len) throw $RangeError("index out of range");
          length = reader.len;
          reader.len = end;
        }
        message = _target || new $root.reprise.v1.DuelAcceptRequest();
        while (reader.pos < end) {
          let start = reader.pos;
          let tag = reader.tag();
          if (tag === _end) {
            _end = $undefined;
            break;
          }
          let wireType = tag & 7;
          switch ((tag >>>= 3)) {
            case 1: {
              if (wireType !== 0) break;
              if (
                typeof (value = reader.uint64()) === "object"
                  ? value.low || value.high
                  : value !== 0
              )
                message.challengerId = value;
              else delete message.challengerId;
              continue;
            }
          }
          reader.skipType(wireType, _depth, tag);
          if (!reader.discardUnknown) {
            $util.makeProp(message, "$unknowns", false);
            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
          }
        }
        if (length !== $undefined) {
          if (reader.pos !== end) throw $RangeError("index out of range");
          reader.len = length;
        }
        if (_end !== $undefined) throw $Error("missing end group");
        return message;
      };

      return DuelAcceptRequest;
    })();

    v1.DuelDeclineRequest = (function () {
      const DuelDeclineRequest = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      DuelDeclineRequest.prototype.challengerId = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;

      DuelDeclineRequest.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.challengerId != null &&
          $Object.hasOwnProperty.call(message, "challengerId") &&
          (typeof message.challengerId === "object"
            ? message.challengerId.low || message.challengerId.high
            : message.challengerId !== 0)
        )
          writer.uint32(8).uint64(message.challengerId);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      DuelDeclineRequest.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
        if (_depth === $undefined) _depth = 0;
        if (_depth > $Reader.recursionLimit) throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined) end = reader.len;
        else {
          end = reader.pos + length;
          if (end > reader.len) throw $RangeError("index out of range");
          length = reader.len;
          reader.len = end;
        }
        message = _target || new $root.reprise.v1.DuelDeclineRequest();
        while (reader.pos < end) {
          let start = reader.pos;
          let tag = reader.tag();
          if (tag === _end) {
            _end = $undefined;
            break;
          }
          let wireType = tag & 7;
          switch ((tag >>>= 3)) {
            case 1: {
              if (wireType !== 0) break;
              if (
                typeof (value = reader.uint64()) === "object"
                  ? value.low || value.high
                  : value !== 0
              )
                message.challengerId = value;
              else delete message.challengerId;
              continue;
            }
          }
          reader.skipType(wireType, _depth, tag);
          if (!reader.discardUnknown) {
            $util.makeProp(message, "$unknowns", false);
            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
          }
        }
        if (length !== $undefined) {
          if (reader.pos !== end) throw $RangeError("index out of range");
          reader.len = length;
        }
        if (_end !== $undefined) throw $Error("missing end group");
        return message;
      };

      return DuelDeclineRequest;
    })();

    v1.ChatChannel = (function () {
      const valuesById = $Object.create(null),
        values = $Object.create(valuesById);
      values[(valuesById[0] = "CHAT_CHANNEL_GLOBAL")] = 0;
      values[(valuesById[1] = "CHAT_CHANNEL_AREA")] = 1;
      values[(valuesById[2] = "CHAT_CHANNEL_GUILD")] = 2;
      values[(valuesById[3] = "CHAT_CHANNEL_PARTY")] = 3;
      values[(valuesById[4] = "CHAT_CHANNEL_WHISPER")] = 4;
      values[(valuesById[5] = "CHAT_CHANNEL_TRADE")] = 5;
      return values;
    })();

    v1.ChatMessage = (function () {
      const ChatMessage = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      ChatMessage.prototype.senderId = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;
      ChatMessage.prototype.senderName = "";
      ChatMessage.prototype.channel = 0;
      ChatMessage.prototype.message = "";
      ChatMessage.prototype.timestamp = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;
      ChatMessage.prototype.recipientId = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;

      ChatMessage.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.senderId != null &&
          $Object.hasOwnProperty.call(message, "senderId") &&
          (typeof message.senderId === "object"
            ? message.senderId.low || message.senderId.high
            : message.senderId !== 0)
        )
          writer.uint32(8).uint64(message.senderId);
        if (
          message.senderName != null &&
          $Object.hasOwnProperty.call(message, "senderName") &&
          message.senderName !== ""
        )
          writer.uint32(18).string(message.senderName);
        if (
          message.channel != null &&
          $Object.hasOwnProperty.call(message, "channel") &&
          message.channel !== 0
        )
          writer.uint32(24).int32(message.channel);
        if (
          message.message != null &&
          $Object.hasOwnProperty.call(message, "message") &&
          message.message !== ""
        )
          writer.uint32(34).string(message.message);
        if (
          message.timestamp != null &&
          $Object.hasOwnProperty.call(message, "timestamp") &&
          (typeof message.timestamp === "object"
            ? message.timestamp.low || message.timestamp.high
            : message.timestamp !== 0)
        )
          writer.uint32(40).uint64(message.timestamp);
        if (
          message.recipientId != null &&
          $Object.hasOwnProperty.call(message, "recipientId") &&
          (typeof message.recipientId === "object"
            ? message.recipientId.low || message.recipientId.high
            : message.recipientId !== 0)
        )
          writer.uint32(48).uint64(message.recipientId);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      ChatMessage.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
        if (_depth === $undefined) _depth = 0;
        if (_depth > $Reader.recursionLimit) throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined) end = reader.len;
        else {
          end = reader.pos + length;
          if (end > reader.len) throw $RangeError("index out of range");
          length = reader.len;
          reader.len = end;
        }
        message = _target || new $root.reprise.v1.ChatMessage();
        while (reader.pos < end) {
          let start = reader.pos;
          let tag = reader.tag();
          if (tag === _end) {
            _end = $undefined;
            break;
          }
          let wireType = tag & 7;
          switch ((tag >>>= 3)) {
            case 1: {
              if (wireType !== 0) break;
              if (
                typeof (value = reader.uint64()) === "object"
                  ? value.low || value.high
                  : value !== 0
              )
                message.senderId = value;
              else delete message.senderId;
              continue;
            }
            case 2: {
              if (wireType !== 2) break;
              if ((value = reader.stringVerify()).length) message.senderName = value;
              else delete message.senderName;
              continue;
            }
            case 3: {
              if (wireType !== 0) break;
              if ((value = reader.int32())) message.channel = value;
              else delete message.channel;
              continue;
            }
            case 4: {
              if (wireType !== 2) break;
              if ((value = reader.stringVerify()).length) message.message = value;
              else delete message.message;
              continue;
            }
            case 5: {
              if (wireType !== 0) break;
              if (
                typeof (value = reader.uint64()) === "object"
                  ? value.low || value.high
                  : value !== 0
              )
                message.timestamp = value;
              else delete message.timestamp;
              continue;
            }
            case 6: {
              if (wireType !== 0) break;
              if (
                typeof (value = reader.uint64()) === "object"
                  ? value.low || value.high
                  : value !== 0
              )
                message.recipientId = value;
              else delete message.recipientId;
              continue;
            }
          }
          reader.skipType(wireType, _depth, tag);
          if (!reader.discardUnknown) {
            $util.makeProp(message, "$unknowns", false);
            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
          }
        }
        if (length !== $undefined) {
          if (reader.pos !== end) throw $RangeError("index out of range");
          reader.len = length;
        }
        if (_end !== $undefined) throw $Error("missing end group");
        return message;
      };

      return ChatMessage;
    })();

    v1.Vector3 = (function () {
      const Vector3 = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      Vector3.prototype.x = 0;
      Vector3.prototype.y = 0;
      Vector3.prototype.z = 0;

      Vector3.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.x != null &&
          $Object.hasOwnProperty.call(message, "x") &&
          !$Object.is(message.x, 0)
        )
          writer.uint32(13).float(message.x);
        if (
          message.y != null &&
          $Object.hasOwnProperty.call(message, "y") &&
          !$Object.is(message.y, 0)
        )
          writer.uint32(21).float(message.y);
        if (
          message.z != null &&
          $Object.hasOwnProperty.call(message, "z") &&
          !$Object.is(message.z, 0)
        )
          writer.uint32(29).float(message.z);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      Vector3.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
        if (_depth === $undefined) _depth = 0;
        if (_depth > $Reader.recursionLimit) throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined) end = reader.len;
        else {
          end = reader.pos + length;
          if (end > reader.len) throw $RangeError("index out of range");
          length = reader.len;
          reader.len = end;
        }
        message = _target || new $root.reprise.v1.Vector3();
        while (reader.pos < end) {
          let start = reader.pos;
          let tag = reader.tag();
          if (tag === _end) {
            _end = $undefined;
            break;
          }
          let wireType = tag & 7;
          switch ((tag >>>= 3)) {
            case 1: {
              if (wireType !== 5) break;
              if (!$Object.is((value = reader.float()), 0)) message.x = value;
              else delete message.x;
              continue;
            }
            case 2: {
              if (wireType !== 5) break;
              if (!$Object.is((value = reader.float()), 0)) message.y = value;
              else delete message.y;
              continue;
            }
            case 3: {
              if (wireType !== 5) break;
              if (!$Object.is((value = reader.float()), 0)) message.z = value;
              else delete message.z;
              continue;
            }
          }
          reader.skipType(wireType, _depth, tag);
          if (!reader.discardUnknown) {
            $util.makeProp(message, "$unknowns", false);
            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
          }
        }
        if (length !== $undefined) {
          if (reader.pos !== end) throw $RangeError("index out of range");
          reader.len = length;
        }
        if (_end !== $undefined) throw $Error("missing end group");
        return message;
      };

      return Vector3;
    })();

    v1.ErrorCode = (function () {
      const valuesById = $Object.create(null),
        values = $Object.create(valuesById);
      values[(valuesById[0] = "ERROR_NONE")] = 0;
      values[(valuesById[1] = "ERROR_INVALID_CREDENTIALS")] = 1;
      values[(valuesById[2] = "ERROR_SERVER_FULL")] = 2;
      values[(valuesById[3] = "ERROR_VERSION_MISMATCH")] = 3;
      values[(valuesById[4] = "ERROR_BANNED")] = 4;
      values[(valuesById[5] = "ERROR_MAINTENANCE")] = 5;
      values[(valuesById[6] = "ERROR_INTERNAL")] = 6;
      values[(valuesById[7] = "ERROR_TIMEOUT")] = 7;
      values[(valuesById[8] = "ERROR_DUPLICATE_LOGIN")] = 8;
      values["ERROR_ALREADY_LOGGED_IN"] = 8;
      values[(valuesById[9] = "ERROR_INVALID_PACKET")] = 9;
      values[(valuesById[10] = "ERROR_RATE_LIMITED")] = 10;
      values[(valuesById[100] = "ERROR_NOT_SERVED")] = 100;
      values[(valuesById[101] = "ERROR_NOT_ALLOWED_IN_STATE")] = 101;
      values[(valuesById[102] = "ERROR_UNAVAILABLE")] = 102;
      values[(valuesById[103] = "ERROR_LIMIT_REACHED")] = 103;
      values[(valuesById[104] = "ERROR_SERVER_ONLY")] = 104;
      values[(valuesById[105] = "ERROR_SEQUENCE_BROKEN")] = 105;
      values[(valuesById[106] = "ERROR_FRAME_LENGTH_INVALID")] = 106;
      values[(valuesById[107] = "ERROR_TOO_MANY_MALFORMED")] = 107;
      values[(valuesById[108] = "ERROR_HELLO_TIMEOUT")] = 108;
      values[(valuesById[109] = "ERROR_SLOW_READER")] = 109;
      values[(valuesById[110] = "ERROR_FLOOD")] = 110;
      values[(valuesById[111] = "ERROR_DEADLINE_EXCEEDED")] = 111;
      values[(valuesById[112] = "ERROR_SEALED_LOST")] = 112;
      values[(valuesById[113] = "ERROR_WRONG_TRANSPORT")] = 113;
      values[(valuesById[114] = "ERROR_FEATURE_FAILED")] = 114;
      values[(valuesById[115] = "ERROR_GOODBYE")] = 115;
      values[(valuesById[116] = "ERROR_NOT_PERMITTED")] = 116;
      values[(valuesById[117] = "ERROR_KICKED")] = 117;
      values[(valuesById[118] = "ERROR_NOT_FOUND")] = 118;
      return values;
    })();

    return v1;
  })();

  return reprise;
})());

export { $root as default };

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

const $root = $protobuf.roots["reprise-session"] || ($protobuf.roots["reprise-session"] = {});

export const reprise = ($root.reprise = (() => {
  const reprise = {};

  reprise.v1 = (function () {
    const v1 = {};

    v1.Hello = (function () {
      const Hello = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      Hello.prototype.protocolMin = 0;
      Hello.prototype.protocolMax = 0;
      Hello.prototype.contractHash = 0;
      Hello.prototype.protocol = 0;

      Hello.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.protocolMin != null &&
          $Object.hasOwnProperty.call(message, "protocolMin") &&
          message.protocolMin !== 0
        )
          writer.uint32(8).uint32(message.protocolMin);
        if (
          message.protocolMax != null &&
          $Object.hasOwnProperty.call(message, "protocolMax") &&
          message.protocolMax !== 0
        )
          writer.uint32(16).uint32(message.protocolMax);
        if (
          message.contractHash != null &&
          $Object.hasOwnProperty.call(message, "contractHash") &&
          message.contractHash !== 0
        )
          writer.uint32(29).fixed32(message.contractHash);
        if (
          message.protocol != null &&
          $Object.hasOwnProperty.call(message, "protocol") &&
          message.protocol !== 0
        )
          writer.uint32(32).uint32(message.protocol);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      Hello.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.Hello();
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
              if ((value = reader.uint32())) message.protocolMin = value;
              else delete message.protocolMin;
              continue;
            }
            case 2: {
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.protocolMax = value;
              else delete message.protocolMax;
              continue;
            }
            case 3: {
              if (wireType !== 5) break;
              if ((value = reader.fixed32())) message.contractHash = value;
              else delete message.contractHash;
              continue;
            }
            case 4: {
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.protocol = value;
              else delete message.protocol;
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

      return Hello;
    })();

    v1.Error = (function () {
      const Error = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      Error.prototype.code = 0;
      Error.prototype.message = "";
      Error.prototype.retryAfterMs = 0;
      Error.prototype.count = 0;

      Error.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.code != null &&
          $Object.hasOwnProperty.call(message, "code") &&
          message.code !== 0
        )
          writer.uint32(8).uint32(message.code);
        if (
          message.message != null &&
          $Object.hasOwnProperty.call(message, "message") &&
          message.message !== ""
        )
          writer.uint32(18).string(message.message);
        if (
          message.retryAfterMs != null &&
          $Object.hasOwnProperty.call(message, "retryAfterMs") &&
          message.retryAfterMs !== 0
        )
          writer.uint32(24).uint32(message.retryAfterMs);
        if (
          message.count != null &&
          $Object.hasOwnProperty.call(message, "count") &&
          message.count !== 0
        )
          writer.uint32(32).uint32(message.count);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      Error.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.Error();
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
              if ((value = reader.uint32())) message.code = value;
              else delete message.code;
              continue;
            }
            case 2: {
              if (wireType !== 2) break;
              if ((value = reader.stringVerify()).length) message.message = value;
              else delete message.message;
              continue;
            }
            case 3: {
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.retryAfterMs = value;
              else delete message.retryAfterMs;
              continue;
            }
            case 4: {
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.count = value;
              else delete message.count;
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

      return Error;
    })();

    v1.Disconnect = (function () {
      const Disconnect = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      Disconnect.prototype.code = 0;
      Disconnect.prototype.mayRetry = false;
      Disconnect.prototype.message = "";

      Disconnect.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.code != null &&
          $Object.hasOwnProperty.call(message, "code") &&
          message.code !== 0
        )
          writer.uint32(8).uint32(message.code);
        if (
          message.mayRetry != null &&
          $Object.hasOwnProperty.call(message, "mayRetry") &&
          message.mayRetry !== false
        )
          writer.uint32(16).bool(message.mayRetry);
        if (
          message.message != null &&
          $Object.hasOwnProperty.call(message, "message") &&
          message.message !== ""
        )
          writer.uint32(26).string(message.message);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      Disconnect.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.Disconnect();
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
              if ((value = reader.uint32())) message.code = value;
              else delete message.code;
              continue;
            }
            case 2: {
              if (wireType !== 0) break;
              if ((value = reader.bool())) message.mayRetry = value;
              else delete message.mayRetry;
              continue;
            }
            case 3: {
              if (wireType !== 2) break;
              if ((value = reader.stringVerify()).length) message.message = value;
              else delete message.message;
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

      return Disconnect;
    })();

    v1.HeartbeatRequest = (function () {
      const HeartbeatRequest = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      HeartbeatRequest.prototype.playerId = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;
      HeartbeatRequest.prototype.timestamp = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;

      HeartbeatRequest.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.playerId != null &&
          $Object.hasOwnProperty.call(message, "playerId") &&
          (typeof message.playerId === "object"
            ? message.playerId.low || message.playerId.high
            : message.playerId !== 0)
        )
          writer.uint32(8).uint64(message.playerId);
        if (
          message.timestamp != null &&
          $Object.hasOwnProperty.call(message, "timestamp") &&
          (typeof message.timestamp === "object"
            ? message.timestamp.low || message.timestamp.high
            : message.timestamp !== 0)
        )
          writer.uint32(16).uint64(message.timestamp);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      HeartbeatRequest.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.HeartbeatRequest();
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
                message.playerId = value;
              else delete message.playerId;
              continue;
            }
            case 2: {
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

      return HeartbeatRequest;
    })();

    v1.HeartbeatResponse = (function () {
      const HeartbeatResponse = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      HeartbeatResponse.prototype.serverTimestamp = $util.Long
        ? $util.Long.fromBits(0, 0, true)
        : 0;
      HeartbeatResponse.prototype.latencyMs = 0;

      HeartbeatResponse.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.serverTimestamp != null &&
          $Object.hasOwnProperty.call(message, "serverTimestamp") &&
          (typeof message.serverTimestamp === "object"
            ? message.serverTimestamp.low || message.serverTimestamp.high
            : message.serverTimestamp !== 0)
        )
          writer.uint32(8).uint64(message.serverTimestamp);
        if (
          message.latencyMs != null &&
          $Object.hasOwnProperty.call(message, "latencyMs") &&
          message.latencyMs !== 0
        )
          writer.uint32(16).uint32(message.latencyMs);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      HeartbeatResponse.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.HeartbeatResponse();
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
                message.serverTimestamp = value;
              else delete message.serverTimestamp;
              continue;
            }
            case 2: {
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.latencyMs = value;
              else delete message.latencyMs;
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

      return HeartbeatResponse;
    })();

    v1.EchoRequest = (function () {
      const EchoRequest = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      EchoRequest.prototype.bytes = $util.newBuffer([]);

      EchoRequest.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.bytes != null &&
          $Object.hasOwnProperty.call(message, "bytes") &&
          message.bytes.length
        )
          writer.uint32(10).bytes(message.bytes);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      EchoRequest.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.EchoRequest();
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
              if (wireType !== 2) break;
              if ((value = reader.bytes()).length) message.bytes = value;
              else delete message.bytes;
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

      return EchoRequest;
    })();

    v1.EchoResponse = (function () {
      const EchoResponse = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      EchoResponse.prototype.bytes = $util.newBuffer([]);

      EchoResponse.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.bytes != null &&
          $Object.hasOwnProperty.call(message, "bytes") &&
          message.bytes.length
        )
          writer.uint32(10).bytes(message.bytes);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      EchoResponse.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.EchoResponse();
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
              if (wireType !== 2) break;
              if ((value = reader.bytes()).length) message.bytes = value;
              else delete message.bytes;
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

      return EchoResponse;
    })();

    return v1;
  })();

  return reprise;
})());

export { $root as default };

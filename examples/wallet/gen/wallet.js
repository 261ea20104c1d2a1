// Made by scripts/gen-proto.ts. Change the schema in examples/wallet instead.
/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

const $Reader = $protobuf.Reader,
  $Writer = $protobuf.Writer,
  $util = $protobuf.util;
const $Object = $util.global.Object,
  $undefined = $util.global.undefined,
  $Error = $util.global.Error,
  $RangeError = $util.global.RangeError;

const $root = $protobuf.roots["reprise-wallet"] || ($protobuf.roots["reprise-wallet"] = {});

export const wallet = ($root.wallet = (() => {
  const wallet = {};

  wallet.v1 = (function () {
    const v1 = {};

    v1.Change = (function () {
      const Change = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      Change.prototype.owner = "";
      Change.prototype.amount = 0;
      Change.prototype.version = 0;

      Change.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.owner != null &&
          $Object.hasOwnProperty.call(message, "owner") &&
          message.owner !== ""
        )
          writer.uint32(10).string(message.owner);
        if (
          message.amount != null &&
          $Object.hasOwnProperty.call(message, "amount") &&
          message.amount !== 0
        )
          writer.uint32(16).sint32(message.amount);
        if (
          message.version != null &&
          $Object.hasOwnProperty.call(message, "version") &&
          message.version !== 0
        )
          writer.uint32(24).uint32(message.version);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      Change.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.wallet.v1.Change();
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
              if ((value = reader.stringVerify()).length) message.owner = value;
              else delete message.owner;
              continue;
            }
            case 2: {
              if (wireType !== 0) break;
              if ((value = reader.sint32())) message.amount = value;
              else delete message.amount;
              continue;
            }
            case 3: {
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.version = value;
              else delete message.version;
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

      return Change;
    })();

    v1.Changed = (function () {
      const Changed = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      Changed.prototype.conflict = false;
      Changed.prototype.version = 0;
      Changed.prototype.balance = 0;

      Changed.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.conflict != null &&
          $Object.hasOwnProperty.call(message, "conflict") &&
          message.conflict !== false
        )
          writer.uint32(8).bool(message.conflict);
        if (
          message.version != null &&
          $Object.hasOwnProperty.call(message, "version") &&
          message.version !== 0
        )
          writer.uint32(16).uint32(message.version);
        if (
          message.balance != null &&
          $Object.hasOwnProperty.call(message, "balance") &&
          message.balance !== 0
        )
          writer.uint32(24).sint32(message.balance);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      Changed.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.wallet.v1.Changed();
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
              if ((value = reader.bool())) message.conflict = value;
              else delete message.conflict;
              continue;
            }
            case 2: {
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.version = value;
              else delete message.version;
              continue;
            }
            case 3: {
              if (wireType !== 0) break;
              if ((value = reader.sint32())) message.balance = value;
              else delete message.balance;
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

      return Changed;
    })();

    v1.List = (function () {
      const List = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      List.prototype.owner = "";
      List.prototype.fromVersion = 0;

      List.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.owner != null &&
          $Object.hasOwnProperty.call(message, "owner") &&
          message.owner !== ""
        )
          writer.uint32(10).string(message.owner);
        if (
          message.fromVersion != null &&
          $Object.hasOwnProperty.call(message, "fromVersion") &&
          message.fromVersion !== 0
        )
          writer.uint32(16).uint32(message.fromVersion);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      List.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.wallet.v1.List();
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
              if ((value = reader.stringVerify()).length) message.owner = value;
              else delete message.owner;
              continue;
            }
            case 2: {
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.fromVersion = value;
              else delete message.fromVersion;
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

      return List;
    })();

    v1.Listed = (function () {
      const Listed = function (properties) {
        this.amounts = [];
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      Listed.prototype.fromVersion = 0;
      Listed.prototype.amounts = $util.emptyArray;

      Listed.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.fromVersion != null &&
          $Object.hasOwnProperty.call(message, "fromVersion") &&
          message.fromVersion !== 0
        )
          writer.uint32(8).uint32(message.fromVersion);
        if (message.amounts != null && message.amounts.length)
          writer.uint32(18).sint32s(message.amounts);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      Listed.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.wallet.v1.Listed();
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
              if ((value = reader.uint32())) message.fromVersion = value;
              else delete message.fromVersion;
              continue;
            }
            case 2: {
              if (wireType === 2) {
                if (!(message.amounts && message.amounts.length)) message.amounts = [];
                reader.sint32s(message.amounts);
                continue;
              }
              if (wireType !== 0) break;
              if (!(message.amounts && message.amounts.length)) message.amounts = [];
              message.amounts.push(reader.sint32());
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

      return Listed;
    })();

    return v1;
  })();

  return wallet;
})());

export { $root as default };

/**
 * Who may import whom. Imports of types count like all others.
 *
 *     kernel <- wire, journal, edge <- realm <- features      host: all of these but features
 *     core <- io, sim, client <- load, cli                    io and sim never meet
 */

/** Rules of one folder: `name` may import itself and what `allowed` matches, of all local files. */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: "error",
  from: { path: from },
  to: { path: "^(src|test|bench|scripts|examples)/", pathNot: [from, ...allowed] },
});

const borders = "^src/core/contract\\.ts$";
const kernel = "^src/core/kernel/";
const wire = "^src/core/wire/";
const entry = (folder) => `^src/core/${folder}/index\\.ts$`;

export default {
  forbidden: [
    only("core-imports-only-core", "^src/core/", [], "What the core needs is handed to it."),
    only("kernel-imports-nobody", kernel, [borders], "The kernel is what all others stand on."),
    only("wire-imports-kernel", wire, [borders, kernel], "Codecs know no state."),
    only("ecs-imports-kernel", "^src/core/ecs/", [kernel], "Columns know no game."),
    only("journal-imports-kernel", "^src/core/journal/", [borders, kernel], "Bytes in, bytes out."),
    only(
      "edge-imports-kernel-and-wire",
      "^src/core/edge/",
      [borders, kernel, wire],
      "The edge is not journalled, so the realm must not be within its reach.",
    ),
    only(
      "realm-imports-kernel-and-wire",
      "^src/core/realm/",
      [borders, kernel, wire],
      "The realm is composed of features; it knows none.",
    ),
    only(
      "features-use-the-public-api",
      "^src/core/features/",
      [
        entry("realm"),
        entry("wire"),
        entry("ecs"),
        "^src/core/wire/gen/",
        "^src/core/kernel/(assert|errors|ids|limits|plain|roles)\\.ts$",
        "^src/core/kernel/charts/",
        "^src/(index|contract)\\.ts$",
      ],
      "Our features have the doors that everybody's have, and no private ones.",
    ),
    {
      name: "features-do-not-mix",
      comment:
        "A feature uses another one's contract, not its inside. What several of them ask of the " +
        "accounts is in an entry of its own, and so is the way into the world.",
      severity: "error",
      from: { path: "^src/core/features/([^/]+)/" },
      to: {
        path: "^src/core/features/[^/]+/",
        pathNot: [
          "^src/core/features/$1/",
          "/contract\\.ts$",
          "^src/core/features/accounts/index\\.ts$",
          "^src/core/features/entry/admission\\.ts$",
        ],
      },
    },
    {
      name: "host-knows-no-feature",
      comment: "The host drives a Machine, whichever it is.",
      severity: "error",
      from: { path: "^src/core/host/" },
      to: { path: "^src/core/features/" },
    },
    {
      name: "core-packages",
      comment:
        "Pure packages only: MessagePack, and protobufjs without reflection. What protobufjs " +
        "itself generates is held to its own imports by `generated-packages`.",
      severity: "error",
      from: { path: "^src/core/", pathNot: "^src/core/wire/gen/" },
      to: {
        dependencyTypes: ["npm", "npm-dev", "npm-no-pkg", "npm-optional", "npm-peer", "core"],
        pathNot: ["node_modules/@msgpack/msgpack/", "node_modules/protobufjs/minimal"],
      },
    },
    {
      name: "generated-packages",
      comment: "Generated code needs protobufjs, and the types of its 64-bit integers.",
      severity: "error",
      from: { path: "^src/core/wire/gen/" },
      to: { path: "node_modules/", pathNot: "node_modules/(protobufjs/minimal|long/)" },
    },
    {
      name: "xstate-stays-out-of-the-core",
      comment: "Charts are compiled to tables by scripts/compile-charts.ts; the core runs those.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/charts/" },
      to: { path: "^xstate|node_modules/xstate/" },
    },
    {
      name: "generated-only-from-wire-and-contracts",
      comment:
        "Payload types reach the rest through a contract; the realm's own is control.ts. The gate " +
        "has protobufjs read packets that our own reader is suspected of.",
      severity: "error",
      from: {
        path: "^src/",
        pathNot: [
          wire,
          "^src/core/features/",
          "^src/core/realm/control\\.ts$",
          "^src/sim/checkers/gate\\.ts$",
        ],
      },
      to: { path: "^src/core/wire/gen/" },
    },
    {
      name: "io-and-sim-never-meet",
      comment: "Both implement Syscalls; what they share belongs into the core.",
      severity: "error",
      from: { path: "^src/(io|sim)/" },
      to: { path: "^src/(io|sim)/", pathNot: "^src/$1/" },
    },
    {
      name: "client-knows-the-contracts-only",
      comment: "The client runs in browsers and in users' programs: no server in it.",
      severity: "error",
      from: { path: "^src/client/" },
      to: {
        path: "^src/((io|sim|cli|load|charts|core/(host|edge|realm|journal|features))/|index\\.ts)",
        pathNot: "^src/core/features/([^/]+/contract|contracts)\\.ts$",
      },
    },
    {
      name: "only-start-calls-the-command-line",
      comment: "The command line is the outermost ring.",
      severity: "error",
      from: { path: "^src/", pathNot: ["^src/cli/", "^src/io/start\\.ts$"] },
      to: { path: "^src/cli/" },
    },
    {
      name: "core-modules-by-their-entry",
      comment:
        "What is inside a module is nobody else's business: import its index.ts, or where no more " +
        "is wanted its contract.ts or config.ts.",
      severity: "error",
      from: { path: "^src/(?!core/)" },
      to: {
        path: "^src/core/(host|edge|realm|wire|journal)/(?!(index|contract|config)\\.ts$|gen/)",
      },
    },
    {
      name: "src-imports-src",
      comment: "Tests, scripts and benchmarks use the program, never the reverse.",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(test|bench|scripts|examples)/" },
    },
    {
      name: "examples-use-the-package",
      comment: "An example is a user's code: it has the package's entries and nothing behind them.",
      severity: "error",
      from: { path: "^examples/" },
      to: { path: "^src/(?!(index|contract|client/index|sim/index|cli/testing)\\.ts$)" },
    },
    {
      name: "no-development-package-in-src",
      comment: "It would be missing where the packed package is installed.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/charts/" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["npm", "type-only"] },
    },
    {
      name: "no-cycle",
      comment: "Two files that need each other are one, or lack a third.",
      severity: "error",
      from: {},
      // Two files of one module may name each other's types: nothing is loaded in a circle.
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "resolvable",
      comment: "The file or package does not exist.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".js", ".mjs", ".cjs", ".d.ts", ".json"],
    },
    builtInModules: { add: ["node:sqlite"] },
  },
};

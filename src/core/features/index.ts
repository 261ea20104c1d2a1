/** The features of every role, in the order in which the realm composes them. */
import type { Feature } from "../realm/index.ts";
import { echo } from "./echo/feature.ts";
import { entry } from "./entry/feature.ts";
import { heartbeat } from "./heartbeat/feature.ts";
import { login } from "./login/feature.ts";
import { logout } from "./logout/feature.ts";
import { operate } from "./operate/feature.ts";
import { session } from "./session/feature.ts";
import { world } from "./world/feature.ts";

/** A part of a server that has a realm, a journal and a port of its own. */
export type FeatureRole = "login" | "game";

/** What each of them has. A feature hears of a session after those before it. */
export const builtinFeatures: readonly Feature[] = [session, heartbeat, echo];

/** Accounts and tokens. */
export const loginFeatures: readonly Feature[] = [...builtinFeatures, login, logout, operate];

/** The world and who is in it. */
export const gameFeatures: readonly Feature[] = [...builtinFeatures, entry, world, logout, operate];

/** Of all that come with Reprise, in whatever role. */
export const shippedNames: ReadonlySet<string> = new Set(
  [...loginFeatures, ...gameFeatures].map(({ name }) => name),
);

export const featuresOf = (role: FeatureRole): readonly Feature[] =>
  role === "login" ? loginFeatures : gameFeatures;

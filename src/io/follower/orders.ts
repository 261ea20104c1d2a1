/** What goes to the follower's thread. What comes back are reports. */
import type { DurableMark, FollowerConfig } from "../../core/host/index.ts";
import type { KeyBytes } from "../journal-keys.ts";

/** What a follower's thread is made with. */
export interface FollowerThreadOptions {
  /** The role's data folder. */
  readonly folder: string;
  readonly role: "login" | "game";
  readonly build: string;
  readonly config: FollowerConfig;
  /** The URL of a module with the role's features; null: those that are built in. */
  readonly featuresModule: string | null;
  /** Its journal's, as the server has read them: the thread reads no key file again. */
  readonly keys: KeyBytes;
}

export type FollowerOrder =
  | { readonly type: "follow"; readonly mark: DurableMark }
  | { readonly type: "handOver" }
  | { readonly type: "room"; readonly isLow: boolean };

/** A line for the log, among the reports. */
export interface FollowerLine {
  readonly type: "log";
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly fields: Readonly<Record<string, string | number | boolean | null>>;
}

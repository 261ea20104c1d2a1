/**
 * What a feature that throws is spared until the next start, because it would throw again. An event
 * that a feature throws in is left out; but time comes back, and the end of a connection is told
 * until it is heard.
 *
 * U1. Who throws in time gets neither ticks nor timers nor packets any more.
 * U2. Who throws at the end of a session that has ended for its throwing hears of no ends any more.
 */
import type { StepFailed } from "../contract.ts";
import type { RealmMachine } from "./machine.ts";

/** Ends the session whose event was left out; suspends the feature if the event comes again. */
export function stepFailed(realm: RealmMachine, { connection, feature }: StepFailed): void {
  realm.count("steps_failed_total");
  realm.log("error", "a feature threw; its event was left out", { feature });
  if (connection === null) return timeFailed(realm, feature);
  const session = realm.state.sessions.ofConnection(connection);
  if (session === undefined) return;
  if (session.ending === "FEATURE_FAILED") suspend(realm, feature, endsOf(feature));
  else if (session.ending === null) realm.disconnect(session, "FEATURE_FAILED");
  else session.ending = "FEATURE_FAILED";
}

function timeFailed(realm: RealmMachine, feature: string): void {
  // A start tells, at its own time, of what the last process left out, and much has become due
  // since then. If it was time that threw, it throws once more at once.
  const { kernel } = realm.state;
  if (kernel.now === kernel.tickStart && kernel.hasSpared === undefined) {
    kernel.hasSpared = true;
    return;
  }
  // Time comes before all else: what was left out while some was due, was time.
  const due = realm.nextTimeout();
  if (due !== null && due <= kernel.now) suspend(realm, feature);
}

/** True for a feature that gets neither ticks nor timers nor packets. */
export const isSuspended = (realm: RealmMachine, feature: string): boolean =>
  realm.state.kernel.suspended?.includes(feature) === true;

/** True for a feature that does not hear of the end of sessions either. */
export const hearsNoEnds = (realm: RealmMachine, feature: string): boolean =>
  realm.state.kernel.suspended?.includes(endsOf(feature)) === true;

/** Stands for the ends of sessions beside the features' names. */
const endsOf = (feature: string): string => `${feature}.closed`;

function suspend(realm: RealmMachine, feature: string, ends?: string): void {
  const { kernel } = realm.state;
  const marks = ends === undefined ? [feature] : [feature, ends];
  const fresh = marks.filter((mark) => kernel.suspended?.includes(mark) !== true);
  if (fresh.length === 0) return;
  kernel.suspended = [...(kernel.suspended ?? []), ...fresh];
  realm.count("features_suspended_total");
  realm.log("error", "a feature is suspended until a restart: it would throw again", { feature });
}

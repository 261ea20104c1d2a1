/**
 * A moment of a log as a beginning for the simulator: the state after an event, as a restart right
 * after it would leave it. Whoever was connected is not any more; whoever was asked is asked again.
 */
import { Witness } from "../../core/host/index.ts";
import { incarnation } from "../../core/kernel/ids.ts";
import { forkFrom } from "../../sim/index.ts";
import type { Fork } from "../../sim/index.ts";
import { CommandError } from "../command-error.ts";
import { nearestMark } from "./events.ts";
import type { Log } from "./log.ts";
import { endOf, firstOf } from "./log.ts";
import { Playback, thrownBy } from "./playback.ts";
import type { Effect } from "./recorder.ts";

/**
 * @param sequence the last event that is to have happened; null: the log's last
 * @param site which server of the scenario gets the state
 * @throws CommandError when the log has no such event, or does not replay up to it
 */
export function forkLog(log: Log, sequence: number | null, site: string): Fork {
  const last = sequence ?? endOf(log);
  if (last > endOf(log) || last < firstOf(log)) {
    throw new CommandError(`the log has events ${firstOf(log)} to ${endOf(log)}, not ${last}`);
  }
  const mark = nearestMark(log, last);
  const witness = Witness.decode(log.checkpoints.get(mark.sequence)?.host ?? new Uint8Array(0));
  const playback = new Playback(log, mark);
  const { machine, outbox } = playback;
  const note = (effects: readonly Effect[]): void => {
    for (const effect of effects) {
      if (effect.kind !== "call") continue;
      const { kind: _kind, ...order } = effect;
      witness.calls.set(order.call, order);
    }
  };
  while (playback.sequence < last) {
    const next = playback.next();
    if (next === null) break;
    const stepped = playback.step(next);
    if (stepped.type === "threw") {
      throw new CommandError(`event ${next.sequence} cannot be stepped: ${stepped.message}`);
    }
    if (stepped.type === "left-out") continue;
    note(outbox.effects);
    if (next.event.type === "call.completed") witness.calls.delete(next.event.call);
  }
  const at = machine.state.kernel.now;
  for (const { connection } of [...machine.state.sessions.all()]) {
    outbox.begin(at);
    try {
      machine.step({ type: "connection.closed", at, connection, reason: "restart" }, outbox);
    } catch (error) {
      const why = thrownBy(machine.failedFeature, error);
      throw new CommandError(
        `connection ${connection} cannot be closed after event ${last}: ${why}`,
      );
    }
    note(outbox.effects);
  }
  return forkFrom({
    ...{ site, sequence: last, at, incarnation: incarnation(machine.state.kernel.incarnation) },
    ...{ digest: machine.digest(), machine: machine.checkpoint() },
    host: new Witness([], witness.calls.values()).encode(),
  });
}

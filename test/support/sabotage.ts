/** Hosts with a bug planted between them and the world, to prove that a checker is alive. */
import type {
  Event,
  HostPort,
  Machine,
  Outbox,
  Producer,
  Syscalls,
} from "../../src/core/contract.ts";
import { createRealm } from "../../src/core/realm/index.ts";
import type { Feature } from "../../src/core/realm/index.ts";
import { simulatedHost } from "../../src/sim/host.ts";
import type { HostVariation } from "../../src/sim/host.ts";
import type { HostOrder, RunningHost } from "../../src/sim/site.ts";

export interface Sabotage {
  /** The server it is planted in; every one when left out. */
  readonly role?: string;
  readonly features?: readonly Feature[];
  /** A configuration other than the checkers believe. */
  readonly variation?: HostVariation;
  /** What stands between the host and its system calls. */
  readonly syscalls?: (syscalls: Syscalls) => Syscalls;
  /** What stands between the host and the (observed) realm. */
  readonly machine?: (machine: Machine) => Machine;
  /** What stands between the observer and the realm: what the checkers see is already wrong. */
  readonly realm?: (machine: Machine) => Machine;
  /** What stands between the platform and the host. */
  readonly port?: (port: HostPort) => HostPort;
}

/** For `simulate`'s option `host`. */
export function sabotaged(sabotage: Sabotage): (order: HostOrder) => RunningHost {
  const { role, features, variation, syscalls, machine, realm, port } = sabotage;
  const makeSound = simulatedHost();
  const make = simulatedHost(variation);
  const other = features === undefined ? null : createRealm({ features });
  return (order) => {
    if (role !== undefined && order.role !== role) return makeSound(order);
    const observe = (made: Machine): Machine => order.observe(realm?.(made) ?? made);
    const running = make({
      ...order,
      realm: other ?? order.realm,
      syscalls: syscalls?.(order.syscalls) ?? order.syscalls,
      observe: (made) => machine?.(observe(made)) ?? observe(made),
    });
    return {
      host: port?.(running.host) ?? running.host,
      metrics: running.metrics,
      figure: running.figure,
      phase: running.phase,
    };
  };
}

/** `target` with some methods replaced. Methods of classes work too: they keep their `this`. */
export function overriding<T extends object>(target: T, overrides: Partial<T>): T {
  return new Proxy(target, {
    get(_target, key): unknown {
      const override = overrides[key as keyof T];
      const value: unknown = override ?? Reflect.get(target, key, target);
      return typeof value === "function" ? (value as () => unknown).bind(target) : value;
    },
  });
}

/** A machine whose steps go through `step`. */
export const overStep = (
  machine: Machine,
  step: (event: Event, outbox: Outbox, go: (event: Event, outbox: Outbox) => void) => void,
): Machine =>
  overriding(machine, {
    step: (event, outbox) =>
      step(event, outbox, (goEvent, goOutbox) => machine.step(goEvent, goOutbox)),
  });

/** A host whose producers are replaced. */
export const overProducers = (
  port: HostPort,
  replace: (producer: Producer) => Partial<Producer>,
): HostPort =>
  overriding(port, {
    producers: port.producers.map((producer) => overriding(producer, replace(producer))),
  });

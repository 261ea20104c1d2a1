/** Players of a real server, by the client SDK. */
import { connect, login, Refusal } from "../../src/client/index.ts";
import type { Login } from "../../src/client/index.ts";
import {
  accountContract,
  loginContract,
  worldContract,
} from "../../src/core/features/contracts.ts";
import type { TestServer } from "./server.ts";

const contracts = [loginContract, accountContract, worldContract] as const;

export const clientOf = ({ server, ca }: TestServer, role: "login" | "game") =>
  connect(`tls://127.0.0.1:${server.portOf(role)}`, { contracts, ca, reconnect: null });

/** Logs in over a connection of its own; again while no game server has reported yet. */
export async function logIn(served: TestServer, name: string, password: string): Promise<Login> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const client = await clientOf(served, "login");
    try {
      return await login(client, { name, password, device: "phone" });
    } catch (error) {
      const isEarly = error instanceof Refusal && error.code === "UNAVAILABLE";
      if (!isEarly || performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      await client.close();
    }
  }
}

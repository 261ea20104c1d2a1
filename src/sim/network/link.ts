/** Both ends of one connection, and the two ways between them. */
import { Endpoint } from "./tcp.ts";
import { Path } from "./path.ts";
import type { LinkParts } from "./path.ts";

/** Who is at the ends of a link, as the weather knows them. */
interface LinkHosts {
  readonly client: string;
  readonly server: string;
}

const anyHosts: LinkHosts = { client: "client", server: "server" };

/** Both ends of one connection and the two paths between them. */
export class Link {
  /** `client.attempt`, the same in every run of the same workload. */
  readonly name: string;
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly hosts: LinkHosts;
  readonly #toServer: Path;
  readonly #toClient: Path;

  constructor(parts: LinkParts, name: string, hosts: LinkHosts = anyHosts) {
    this.name = name;
    this.hosts = hosts;
    this.#toServer = new Path(parts, this, "toServer");
    this.#toClient = new Path(parts, this, "toClient");
    this.client = new Endpoint(parts, this.#toServer);
    this.server = new Endpoint(parts, this.#toClient);
    this.#toServer.goesTo(this.client, this.server, this.#toClient);
    this.#toClient.goesTo(this.server, this.client, this.#toServer);
  }

  /** Nothing gets through any more, in either direction, and nobody is told. */
  cut(): void {
    this.#toServer.cut();
    this.#toClient.cut();
  }

  /**
   * A device on the way breaks the connection: both ends are reset, what was on its way is lost.
   */
  reset(): void {
    this.cut();
    this.client.breakOff("ECONNRESET");
    this.server.breakOff("ECONNRESET");
  }

  get isCut(): boolean {
    return this.#toServer.isCut;
  }

  /** Bytes of it arrived, or will arrive, as nobody has sent them. */
  get isDamaged(): boolean {
    return this.client.damage.length > 0 || this.server.damage.length > 0;
  }

  path(direction: "toServer" | "toClient"): Path {
    return direction === "toServer" ? this.#toServer : this.#toClient;
  }
}

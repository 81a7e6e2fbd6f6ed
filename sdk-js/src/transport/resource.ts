import type { Transport } from "./transport.ts";

/** Base of the resources: a group of operations bound to a client. */
export abstract class Resource {
  protected readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
  }
}

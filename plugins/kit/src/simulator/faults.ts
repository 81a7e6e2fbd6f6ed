import type { Request, RequestHandler, Response } from "express";
import type { CommonFault, FaultOrder } from "./types.ts";

export type FaultAnswer = (request: Request, response: Response) => void;

/** Ordered faults, and connections that hang until `clear`. */
export class FaultQueue {
  private orders: FaultOrder[] = [];
  private readonly hanging = new Set<Response>();
  private readonly own: Readonly<Record<string, FaultAnswer>>;

  constructor(own: Readonly<Record<string, FaultAnswer>>) {
    this.own = own;
  }

  add(order: FaultOrder): void {
    if (!this.knows(order.fault)) {
      throw new RangeError(
        `no fault "${order.fault}"; there are ${[...commonFaults, ...Object.keys(this.own)].join(", ")}`,
      );
    }
    this.orders.push({ ...order });
  }

  clear(): void {
    this.orders = [];
    for (const response of this.hanging) response.destroy();
    this.hanging.clear();
  }

  knows(fault: string): boolean {
    return commonFaults.has(fault as CommonFault) || Object.hasOwn(this.own, fault);
  }

  /** Express middleware: an order in the header `x-sim-fault: rate_limit; retry-after=7` wins over the queue. */
  readonly middleware: RequestHandler = (request, response, next) => {
    const order = parseHeader(request.get("x-sim-fault")) ?? this.take();
    if (!order) return next();
    const own = this.own[order.fault];
    if (own) return own(request, response);
    switch (order.fault) {
      case "rate_limit":
        response.set("Retry-After", String(order.retryAfterSeconds ?? 1));
        return void response.status(429).json({ error: "too many requests" });
      case "server_error":
        return void response.status(500).json({ error: "internal error" });
      case "unavailable":
        return void response.status(503).type("html").send("<h1>503 Service Unavailable</h1>");
      case "garbage":
        return void response.status(200).type("html").send("<html>It works!</html>");
      case "hang":
        return this.hold(response);
      case "drop":
        return void response.destroy();
      case "bad_gateway":
        badGateway(response);
        return next();
      case "truncate":
        halve(response, () => response.destroy());
        return next();
      case "stall":
        halve(response, () => this.hold(response));
        return next();
      default:
        return void response.status(400).json({ error: `no fault "${order.fault}"` });
    }
  };

  private hold(response: Response): void {
    this.hanging.add(response);
    response.on("close", () => this.hanging.delete(response));
  }

  private take(): FaultOrder | null {
    const order = this.orders[0];
    if (!order) return null;
    if (order.times !== undefined && --order.times <= 0) this.orders.shift();
    return order;
  }
}

const commonFaults: ReadonlySet<CommonFault> = new Set<CommonFault>([
  "rate_limit",
  "server_error",
  "bad_gateway",
  "unavailable",
  "hang",
  "truncate",
  "stall",
  "drop",
  "garbage",
]);

function parseHeader(header: string | undefined): FaultOrder | null {
  const [fault, ...parameters] = (header ?? "").split(";").map((part) => part.trim());
  if (!fault) return null;
  const retryAfter = parameters
    .map((part) => /^retry-after=(\d+)$/.exec(part)?.[1])
    .find((value) => value !== undefined);
  return { fault, retryAfterSeconds: retryAfter === undefined ? undefined : Number(retryAfter) };
}

/** The handler works as always, but nobody hears its answer. */
function badGateway(response: Response): void {
  const end = response.end.bind(response);
  replaceOutput(
    response,
    () => true,
    () => {
      response.removeHeader("content-length");
      response.writeHead(502, { "content-type": "text/html" });
      end("<h1>502 Bad Gateway</h1>");
    },
  );
}

/** Announces the whole answer and sends half of it. */
function halve(response: Response, then: () => void): void {
  const write = response.write.bind(response);
  let left: number | null = null;
  let halved = false;
  const half = (chunk: unknown): boolean => {
    if (halved) return true;
    const bytes = Buffer.from(chunk as string | Uint8Array);
    left ??= Math.floor(Number(response.getHeader("content-length") ?? bytes.length) / 2);
    const part = bytes.subarray(0, left);
    left -= part.length;
    halved = left === 0;
    return halved ? write(part, then) : write(part);
  };
  replaceOutput(response, half, (chunk) => {
    if (chunk) half(chunk);
    else if (!halved) then();
  });
}

function replaceOutput(response: Response, write: (chunk: unknown) => boolean, end: (chunk: unknown) => void): void {
  let ended = false;
  Object.assign(response, {
    write,
    end: (chunk?: unknown) => {
      if (!ended) end(chunk);
      ended = true;
      return response;
    },
  });
}

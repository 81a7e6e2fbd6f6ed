import assert from "node:assert/strict";
import { Socket } from "node:net";
import { goodUpstream, run } from "../run.ts";
import type { Rule } from "../subject.ts";

export const egressRule: Rule = {
  id: "egress",
  needs: "calls",
  title: "all requests go through ctx.http, to declared or configured hosts",
  async check(subject) {
    const { outcome, direct } = await withoutSockets(() => run(subject, { upstream: goodUpstream(subject) }));
    assert.deepEqual(direct, [], "use ctx.http: fetch and sockets of one's own have no limits and no guard");
    assert.deepEqual(outcome.refusedUrls, [], "add the host to the manifest's hosts, or to a url() or hosts() setting");
  },
};

/** Runs `work` while every attempt to open a connection fails and is noted. */
async function withoutSockets<T>(work: () => Promise<T>): Promise<{ outcome: T; direct: string[] }> {
  const direct: string[] = [];
  const connect = Socket.prototype.connect;
  Socket.prototype.connect = function refuse(this: Socket, ...parameters: unknown[]) {
    direct.push(JSON.stringify(parameters.flat()[0] ?? null, ["host", "port", "path"]));
    this.destroy(new Error("the plugin opened a connection of its own"));
    return this;
  };
  try {
    return { outcome: await work(), direct };
  } finally {
    Socket.prototype.connect = connect;
  }
}

import assert from "node:assert/strict";
import { Socket } from "node:net";
import { casesOf } from "../cases.ts";
import { run } from "../run.ts";
import type { Rule } from "../subject.ts";

export const egressRule: Rule = {
  id: "egress",
  level: "bronze",
  title: "all requests go through ctx.http, to declared or configured hosts, and only where the function has a network",
  async check(subject) {
    for (const of of casesOf(subject)) {
      const { outcome, direct } = await withoutSockets(() => run(subject, of));
      assert.deepEqual(
        direct,
        [],
        `${of.title}: use ctx.http; fetch and sockets of your own have no limits and no guard`,
      );
      const refused = `${of.title}: add the host to the manifest's hosts, or to a url() or hosts() setting`;
      assert.deepEqual(outcome.refusedUrls, [], refused);
      const sent = of.declaration.network ? [] : outcome.requests.map(({ url }) => url);
      assert.deepEqual(sent, [], `${of.title} has no network: the host refuses its requests`);
    }
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

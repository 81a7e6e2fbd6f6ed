import assert from "node:assert/strict";
import { isPluginError } from "../../errors.ts";
import { exchangeCode, newCodeVerifier, type OAuthClient } from "../../oauth-client.ts";
import { agreed, oauthClient, redirectUri, startedFor } from "../simulated.ts";
import type { Rule } from "../subject.ts";

export const connectRule: Rule = {
  id: "connect",
  title: "people connect with state and PKCE: a code works once, with its own verifier and redirect URI",
  level: "gold",
  needs: "oauth2",
  async check({ plugin }) {
    const reference = plugin.simulator;
    assert.ok(reference, "ship a simulator that people can connect to");
    const simulator = await startedFor(reference);
    try {
      const config = { ...reference.config(simulator.origin, { webhookSecret: "whsec_c3VpdGU=" }) };
      const client = oauthClient({ plugin }, config, simulator.origin);
      assert.ok(client);
      await connects(client);
    } finally {
      await simulator.close();
    }
  },
};

async function connects(client: OAuthClient): Promise<void> {
  const { code, codeVerifier, state, back } = await agreed(client);
  assert.equal(back.origin + back.pathname, redirectUri, "the browser is sent elsewhere than the redirect URI says");
  assert.equal(back.searchParams.get("state"), state, "the state does not come back as it was");
  const tokens = await exchangeCode(client, { code, codeVerifier, redirectUri });
  assert.notEqual(tokens.accessToken, "");
  await refused(client, { code, codeVerifier, redirectUri }, "a code works a second time");
  const other = await agreed(client);
  const elsewhere = `${redirectUri}/other`;
  await refused(client, { ...other, redirectUri: elsewhere }, "a code works with another redirect URI");
  if (!client.auth.pkce) return;
  const third = await agreed(client);
  const forged = { code: third.code, codeVerifier: newCodeVerifier(), redirectUri };
  await refused(client, forged, "a code works with another verifier: PKCE protects nobody");
}

async function refused(client: OAuthClient, given: Parameters<typeof exchangeCode>[1], fault: string): Promise<void> {
  const error = await exchangeCode(client, given).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  assert.ok(isPluginError(error) && error.code === "AUTH_REVOKED", fault);
}

import type { IncomingMessage, ServerResponse } from "node:http";
import { admitAddress, type AddressLimitDeps } from "../../platform/http/address-limit.ts";
import type { RequestContext } from "../../platform/http/context.ts";
import type { PluginHost } from "../../platform/plugins/index.ts";

type HttpRequest = IncomingMessage & { context: RequestContext; ip?: string | undefined };

export interface SimulatedPagesDeps extends AddressLimitDeps {
  plugins: Pick<PluginHost, "simulatedPages">;
}

const PATH = /^\/sandbox\/([a-z][a-z0-9-]{1,39})(\/.*)$/;

/**
 * What a plugin's simulator shows to people, under our own address, since browsers do not reach its own. Only its pages are to
 * be had here, never its API. Hands on what is none of them.
 */
export function createSimulatedPages({ plugins, ...limits }: SimulatedPagesDeps) {
  const serve = async (
    request: HttpRequest,
    response: ServerResponse,
    [plugin, path]: [string, string],
    next: () => void,
  ): Promise<void> => {
    if (!(await admitAddress(limits, request, response))) return void response.writeHead(429).end();
    const pages = await plugins.simulatedPages(plugin);
    if (!pages) return next();
    request.url = path;
    pages(request, response);
  };
  return (request: HttpRequest, response: ServerResponse, next: (error?: unknown) => void): void => {
    const [, plugin, path] = PATH.exec(request.url ?? "") ?? [];
    if (plugin === undefined || path === undefined) return next();
    request.context.routeName = "sandbox.page";
    serve(request, response, [plugin, path], next).catch(next);
  };
}

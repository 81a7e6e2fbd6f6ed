// dependency-cruiser reads TypeScript through the compiler's JavaScript API, which TypeScript 7 (the root's) does not
// have yet: it would silently cruise the few .mjs files only. The openapi workspace keeps a version that has it.
import { createRequire, registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

const workspaceWithApi = createRequire(new URL("../../openapi/package.json", import.meta.url));

registerHooks({
  resolve(specifier, context, next) {
    const wanted =
      /^typescript($|\/)/.test(specifier) && context.parentURL?.includes("/node_modules/dependency-cruiser/");
    if (!wanted) return next(specifier, context);
    return { url: pathToFileURL(workspaceWithApi.resolve(specifier)).href, shortCircuit: true };
  },
});

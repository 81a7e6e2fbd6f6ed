import type { Context } from "../redocly.ts";

const SEGMENT = /^(\{[a-z][a-z0-9_]*\}|\.?[a-z0-9]+(-[a-z0-9]+)*)$/;

/** Paths are in kebab-case. (Redocly's own rule would judge the names of webhooks too, which are event types.) */
export const pathNames = () => ({
  Paths: {
    PathItem(_item: unknown, context: Context) {
      const path = String(context.key);
      const wrong = path
        .split("/")
        .slice(1)
        .filter((segment) => !SEGMENT.test(segment));
      if (wrong.length > 0)
        context.report({
          message: `${path}: ${wrong.join(", ")} must be in kebab-case.`,
          location: context.location.key(),
        });
    },
  },
});

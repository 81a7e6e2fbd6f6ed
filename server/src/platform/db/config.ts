import { defineSettings, integer, optional, url } from "../config/define.ts";

const protocols = ["postgres", "postgresql"];

export const settings = defineSettings({
  databaseUrl: url({
    variable: "DATABASE_URL",
    description: "PostgreSQL 15 or newer, as the role musicverse_app that owns nothing",
    example: "postgres://musicverse_app:password@localhost:5432/musicverse",
    secret: true,
    protocols,
  }),
  databaseOwnerUrl: optional(
    url({
      variable: "DATABASE_OWNER_URL",
      description: "the same database as the role that owns the schema; only `migrate` needs it",
      example: "postgres://musicverse_owner:password@localhost:5432/musicverse",
      secret: true,
      protocols,
    }),
  ),
  databaseListenUrl: optional(
    url({
      variable: "DATABASE_LISTEN_URL",
      description: "a direct connection for notifications, when DATABASE_URL goes through a pooler in transaction mode",
      example: "postgres://musicverse_app:password@database.internal:5432/musicverse",
      secret: true,
      protocols,
    }),
  ),
  databasePoolMax: integer({
    variable: "DATABASE_POOL_MAX",
    description: "maximum database connections per process",
    example: "20",
    min: 1,
    max: 500,
    fallback: { value: 10 },
  }),
});

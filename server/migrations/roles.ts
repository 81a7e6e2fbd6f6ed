import { Client } from "pg";

/** Fixed names: row-level security policies are written for these roles. */
export const roles = { owner: "musicverse_owner", app: "musicverse_app", system: "musicverse_system" } as const;

export interface EnsureRolesOptions {
  /** Connects as somebody who may create roles: a superuser, or the owner with CREATEROLE. */
  adminUrl: string;
  /** Password given to each login role; an existing role gets it too, so that the URLs made from it always work. */
  passwords: { owner?: string; app: string };
}

/**
 * Makes the three roles of the design. They belong to the whole cluster, so this runs before the migrations of one
 * database, may run again at any time, and is not undone by migrating down.
 */
export async function ensureRoles({ adminUrl, passwords }: EnsureRolesOptions): Promise<void> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  const literal = (value: string) => client.escapeLiteral(value);
  const createUnlessExists = async (name: string, attributes: string) => {
    const { rowCount } = await client.query("select from pg_roles where rolname = $1", [name]);
    if (rowCount === 0) await client.query(`create role ${name} ${attributes}`);
  };
  try {
    await client.query("begin");
    // Two starts at once would both see no role and one would fail.
    await client.query("select pg_advisory_xact_lock(hashtext('musicverse roles'))");
    await createUnlessExists(roles.system, "nologin");
    // NOINHERIT: the app reaches the system role by SET ROLE only, never by merely being a member.
    await createUnlessExists(roles.app, "login noinherit nosuperuser nobypassrls");
    await client.query(`grant ${roles.system} to ${roles.app}`);
    await client.query(`alter role ${roles.app} password ${literal(passwords.app)}`);
    // On the role, not in the connection's start-up packet: poolers refuse unknown start-up parameters.
    await client.query(`alter role ${roles.app} set statement_timeout = '30s'`);
    await client.query(`alter role ${roles.app} set idle_in_transaction_session_timeout = '60s'`);
    if (passwords.owner !== undefined) {
      await createUnlessExists(roles.owner, "login nosuperuser nobypassrls");
      await client.query(`alter role ${roles.owner} password ${literal(passwords.owner)}`);
    }
    await client.query("commit");
  } finally {
    await client.end();
  }
}

/**
 * For `migrate up`: makes the roles the first time; leaves them alone when they are there, so that an owner who may not
 * manage roles can migrate too.
 */
export async function createMissingRoles({ adminUrl, passwords }: EnsureRolesOptions): Promise<void> {
  if (await haveRoles(adminUrl)) return;
  try {
    await ensureRoles({ adminUrl, passwords });
  } catch (error) {
    if ((error as { code?: string }).code !== "42501") throw error;
    throw new Error(
      `The owner may not create roles, and ${roles.app} or ${roles.system} is missing. Give it CREATEROLE, or let an administrator run: ` +
        `create role ${roles.system} nologin; create role ${roles.app} login noinherit password '…'; grant ${roles.system} to ${roles.app};`,
      { cause: error },
    );
  }
}

async function haveRoles(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query("select from pg_roles where rolname = any($1)", [
      [roles.app, roles.system],
    ]);
    return rowCount === 2;
  } finally {
    await client.end();
  }
}

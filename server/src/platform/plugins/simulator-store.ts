import type { SimulatorStore, StoredObject, StoreReader } from "@musicverse/plugin-kit/simulator";
import type { Database, Statement } from "../db/index.ts";

type Read = (statement: Statement) => Promise<StoredObject[]>;

/** One simulator's objects in PostgreSQL: every process of the platform sees the same ones. */
export function createSimulatorStore(db: Database, simulator: string): SimulatorStore {
  return {
    ...readerOf(simulator, (statement) => db.readSystem("a simulator looks", statement)),
    transaction: (work) =>
      db.asSystem("a simulator changes", async (tx) => {
        await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [`simulator ${simulator}`]);
        return work({
          ...readerOf(simulator, ({ text, values }) => tx.query(text, values)),
          put: async ({ id, kind, owner, object }) => {
            await tx.query(
              `insert into simulator_objects (simulator, id, kind, owner, object) values ($1, $2, $3, $4, $5)
               on conflict (simulator, id) do update set owner = excluded.owner, object = excluded.object, changed_at = now()`,
              [simulator, id, kind, owner, JSON.stringify(object)],
            );
          },
          forget: async (kind, before) => {
            await tx.query("delete from simulator_objects where simulator = $1 and kind = $2 and changed_at < $3", [
              simulator,
              kind,
              before,
            ]);
          },
          remove: async (id) => {
            await tx.query("delete from simulator_objects where simulator = $1 and id = $2", [simulator, id]);
          },
        });
      }),
  };
}

function readerOf(simulator: string, read: Read): StoreReader {
  return {
    get: async (id) => {
      const [found] = await read({
        name: "simulator_object",
        text: "select id, kind, owner, object from simulator_objects where simulator = $1 and id = $2",
        values: [simulator, id],
      });
      return found ?? null;
    },
    list: ({ kind, owner, limit, after, oldestFirst = false }) =>
      read({
        name: oldestFirst ? "simulator_objects_oldest" : "simulator_objects",
        text: `select id, kind, owner, object from simulator_objects
                where simulator = $1 and kind = $2 and ($3::text is null or owner = $3)
                  and ($4::text is null or position ${oldestFirst ? ">" : "<"} (select position from simulator_objects where simulator = $1 and id = $4))
                order by position ${oldestFirst ? "asc" : "desc"} limit $5`,
        values: [simulator, kind, owner ?? null, after ?? null, limit ?? null],
      }),
  };
}

// The yardstick of read-track.ts: Express and one prepared query, nothing else. Prints its URL when it listens.
import type { AddressInfo } from "node:net";
import express from "express";
import pg from "pg";

const [databaseUrl] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
const app = express();
app.disable("x-powered-by").disable("etag");
app.get("/v1/tracks/:account/:id", async (request, response) => {
  const { rows } = await pool.query({
    name: "track",
    text: "select * from tracks where account_id = $1 and id = $2",
    values: [request.params.account, request.params.id],
  });
  response.json(rows[0]);
});
const server = app.listen(0, "127.0.0.1", () =>
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);

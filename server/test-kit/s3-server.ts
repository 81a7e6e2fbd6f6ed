import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { freePort } from "./free-port.ts";
import { pythonWith } from "./python.ts";

/** A real S3-compatible server of this test's own (moto, from PyPI) that checks signatures and rights; values live in memory. */
export interface S3Server {
  endpoint: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** To look at what is really stored. */
  client: S3Client;
  createBucket(name: string): Promise<void>;
  stop(): Promise<void>;
}

const requirements = fileURLToPath(new URL("s3-server.requirements.txt", import.meta.url));
const region = "us-east-1";

/** Null, with the reason printed, on a machine without Python. Call it from one test file only: it makes the environment. */
export async function startS3Server(): Promise<S3Server | null> {
  const python = await pythonWith("s3-server", requirements);
  if (python.missing !== undefined) {
    console.log(`The tests of the S3 storage are skipped: ${python.missing}`);
    return null;
  }
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const child = spawn(python.executable, ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)], {
    // Everything after the making of the user below needs its signature and its rights.
    env: { PATH: process.env["PATH"], INITIAL_NO_AUTH_ACTION_COUNT: "3" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let output = "";
  await new Promise<void>((resolve, reject) => {
    child.stderr.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes("Running on")) resolve();
    });
    child.once("exit", (code) => reject(new Error(`the S3 server ended with code ${code}: ${output}`)));
  });

  const credentials = await createUser(endpoint);
  const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials });
  return {
    endpoint,
    ...credentials,
    client,
    createBucket: async (name) => void (await client.send(new CreateBucketCommand({ Bucket: name }))),
    stop: async () => {
      client.destroy();
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}

/** A user with all rights on S3, by three calls that need no signature yet. */
async function createUser(endpoint: string): Promise<{ accessKeyId: string; secretAccessKey: string }> {
  const user = { UserName: "musicverse" };
  await iam(endpoint, { Action: "CreateUser", ...user });
  const policy = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }] };
  await iam(endpoint, { Action: "PutUserPolicy", ...user, PolicyName: "all", PolicyDocument: JSON.stringify(policy) });
  const answer = await iam(endpoint, { Action: "CreateAccessKey", ...user });
  const read = (name: string) => new RegExp(`<${name}>([^<]+)<`).exec(answer)?.[1] ?? "";
  return { accessKeyId: read("AccessKeyId"), secretAccessKey: read("SecretAccessKey") };
}

async function iam(endpoint: string, call: Record<string, string>): Promise<string> {
  const authorization = `AWS4-HMAC-SHA256 Credential=nobody/20260101/${region}/iam/aws4_request, SignedHeaders=host, Signature=none`;
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { authorization },
    body: new URLSearchParams({ ...call, Version: "2010-05-08" }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`the S3 server refused ${call["Action"]}: ${text}`);
  return text;
}

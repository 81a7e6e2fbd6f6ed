import { invalid } from "./errors.ts";
import type { Kind, Look } from "./world.ts";

const kindsOfPrefix: Readonly<Record<string, Kind>> = {
  cus: "customer",
  sub: "subscription",
  in: "invoice",
  pi: "payment_intent",
  ch: "charge",
  price: "price",
  prod: "product",
  cs: "checkout_session",
  re: "refund",
  clock: "test_clock",
};

/** What Stripe shows only when it is asked for: how each is found. */
const included: Readonly<Record<string, (look: Look, id: string) => Promise<object>>> = {
  "invoice payments": async (look, id) =>
    listOf(await look.list("invoice_payment", { owner: id }), `/v1/invoice_payments?invoice=${id}`),
  "checkout.session line_items": async (look, id) =>
    listOf((await look.get("session_plan", `plan_of_${id}`)).lines, `/v1/checkout/sessions/${id}/line_items`),
  "charge refunds": async (look, id) => {
    const { customer } = await look.get("charge", id);
    const refunds = await look.list("refund", { owner: customer });
    return listOf(
      refunds.filter(({ charge }) => charge === id),
      `/v1/charges/${id}/refunds`,
    );
  },
};

const DEPTH_MAX = 4;

/** `expand[]=data.latest_invoice.payments`: ids become the objects they name. */
export async function expand(look: Look, answer: object, paths: readonly string[]): Promise<object> {
  let expanded = answer;
  for (const path of paths) {
    const names = path.split(".");
    if (names.length > DEPTH_MAX)
      throw invalid(`You cannot expand more than ${DEPTH_MAX} levels of a property. Property: ${path}`, "expand");
    expanded = (await along(look, expanded, names, path)) as object;
  }
  return expanded;
}

async function along(look: Look, value: unknown, names: readonly string[], path: string): Promise<unknown> {
  const [name, ...rest] = names;
  if (name === undefined || value === null) return value;
  if (Array.isArray(value)) return Promise.all(value.map((one) => along(look, one, names, path)));
  const object = value as Record<string, unknown>;
  const found = name in object ? await objectFor(look, object[name]) : await include(look, object, name, path);
  return { ...object, [name]: await along(look, found, rest, path) };
}

async function objectFor(look: Look, value: unknown): Promise<unknown> {
  if (typeof value !== "string") return value;
  const kind = kindsOfPrefix[value.split("_")[0] ?? ""];
  return kind ? look.get(kind, value) : value;
}

async function include(look: Look, object: Record<string, unknown>, name: string, path: string): Promise<unknown> {
  const include = included[`${String(object["object"])} ${name}`];
  if (!include) throw invalid(`This property cannot be expanded (${path}).`, "expand");
  return include(look, String(object["id"]));
}

export const listOf = <T>(data: readonly T[], url: string, hasMore = false) => ({
  object: "list" as const,
  data,
  has_more: hasMore,
  url,
});

/** `ApiKeys` of `api-keys`, `LastEventId` of `Last-Event-ID`. */
export function pascal(text: string): string {
  return words(text)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())
    .join("");
}

export function camel(text: string): string {
  const name = pascal(text);
  return name.charAt(0).toLowerCase() + name.slice(1);
}

export function snake(text: string): string {
  return words(text)
    .map((word) => word.toLowerCase())
    .join("_");
}

function words(text: string): string[] {
  return text.split(/[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])/).filter(Boolean);
}

/**
 * The method of an operation: its id without the noun of its tag, which the resource says already. `createWebhook` of
 * `webhooks` is `create`, `listWebhookDeliveries` is `listDeliveries`, `signUp` of `accounts` stays.
 */
export function methodName(operationId: string, tag: string): string {
  const plural = pascal(tag);
  const singular = plural.replace(/s$/, "");
  for (const noun of [plural, singular]) {
    const stripped = new RegExp(`^([a-z]+)${noun}(?=[A-Z]|$)`).exec(operationId);
    if (stripped) return `${stripped[1]}${operationId.slice(stripped[0].length)}`;
  }
  return operationId;
}

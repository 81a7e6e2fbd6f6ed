import type { RequestHandler } from "express";
import { operations } from "../../generated/operations.ts";

/** `x-deprecation` of an operation. Dates are days in UTC. */
interface Deprecation {
  date: string;
  sunset: string;
  link: string;
  replacement: string | null;
}

/**
 * Every answer of a deprecated operation says since when it is (`Deprecation`, RFC 9745), when it ends (`Sunset`, RFC 8594)
 * and where to read what to do (`Link`). All from the spec.
 */
export const announceDeprecation: RequestHandler = (request, response, next) => {
  const { operationId } = request.context;
  const headers = operationId ? announcements.get(operationId) : undefined;
  if (headers) response.setHeaders(headers);
  next();
};

const announcements = new Map<string, Headers>(
  Object.entries(operations).flatMap(([operationId, { deprecation }]) => {
    const announced = deprecation as Deprecation | null;
    return announced ? [[operationId, announcementOf(announced)] as const] : [];
  }),
);

function announcementOf({ date, sunset, link }: Deprecation): Headers {
  return new Headers({
    Deprecation: `@${Date.parse(date) / 1000}`,
    Sunset: new Date(sunset).toUTCString(),
    Link: `<${link}>; rel="deprecation"; type="text/html", <${link}>; rel="sunset"; type="text/html"`,
  });
}

export { createAuthenticator } from "./authenticator.ts";
export { endKeys } from "./end-keys.ts";
export { exposureWork } from "./exposure.ts";
export { createExposureDesk } from "./exposure-desk.ts";
export { rotationReminderWork } from "./rotation-reminder.ts";
export { apiKeysRoutes } from "./routes.ts";
export { selectAccountOfKey, usableKeysOf } from "./store.ts";
export { exposureKind, rotationReminderKind } from "./work-names.ts";

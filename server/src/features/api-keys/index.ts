export { rotationReminderWork } from "./rotation-reminder.ts";
export { selectAccountOfKey, usableKeysOf } from "./store.ts";

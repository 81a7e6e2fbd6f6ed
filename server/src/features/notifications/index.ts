export { forgetMails } from "./maintenance.ts";
export { createNotify, type Notify } from "./notify.ts";
export { countWaitingMails } from "./store.ts";
export { mailWork } from "./work.ts";

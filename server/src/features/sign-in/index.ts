export { forgetSignIns } from "./maintenance.ts";

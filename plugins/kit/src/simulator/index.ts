export { createSimulator, type SimulatorKit } from "./create-simulator.ts";
export { startSimulator, type RunningSimulator } from "./start-simulator.ts";
export { oauthProvider, type OAuthProviderOptions, type SimulatedGrant } from "./oauth-provider.ts";

export { createSimulator, type SimulatorKit } from "./create-simulator.ts";
export { startSimulator, type RunningSimulator } from "./start-simulator.ts";
export { oauthProvider, type OAuthProviderOptions, type SimulatedGrant } from "./oauth-provider.ts";
export { generatedBytes, receiveFile, sendFile, type ReceivedFile } from "./large-files.ts";
export { memoryStore } from "./memory-store.ts";
export type { ListQuery, SimulatorStore, StoredObject, StoreReader, StoreWriter } from "./store.ts";

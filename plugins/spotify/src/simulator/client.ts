/** The only application that the simulator knows. */
export const simulatedClient = { clientId: "spotify-simulator", clientSecret: "spotify-simulator-secret" } as const;

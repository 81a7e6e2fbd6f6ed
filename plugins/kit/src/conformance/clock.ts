/** The moment at which the clock of the suite stands. */
export const now = new Date("2026-06-01T12:00:00Z");

const HOUR = 3600;
const DAY = 24 * HOUR;

/** In seconds. Grants and refresh tokens count from their last use. */
export const lifetimes = {
  AccessToken: HOUR,
  AuthorizationCode: 60,
  Grant: 365 * DAY,
  Interaction: HOUR,
  PushedAuthorizationRequest: 60,
  /** An app that nobody used for so long has to be allowed again. */
  RefreshToken: 90 * DAY,
  Session: DAY,
};

export const grantLifetimeMs = lifetimes.Grant * 1000;

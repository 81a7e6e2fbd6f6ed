/** What access tokens are for; apps need not name it. A URN, so that it outlives a change of the server's address. */
export const audience = "urn:musicverse:api";

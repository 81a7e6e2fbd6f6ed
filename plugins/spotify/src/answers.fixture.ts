/** Answers of Spotify for tests, in the published description's forms. */
export const goodBody = {
  account_id: "aB3dE5fG7h",
  display_name: "Listener",
  email: "listener@example.com",
  external_urls: { spotify: "https://open.spotify.com/user/listener" },
  href: "https://api.spotify.com/v1/users/listener",
  id: "listener",
  images: [],
  type: "user",
  uri: "spotify:user:listener",
};

export const error = (status: number, message: string) => ({ error: { status, message } });

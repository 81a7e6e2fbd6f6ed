interface Credentials {
  email: string;
  password: string;
}

/** A key that works on the sandbox of the development account, which is made when it is not there. All through the API. */
export async function ensureSandboxKey(url: string, credentials: Credentials, known: string | null): Promise<string> {
  if (known !== null && (await call(url, "GET", "/v1/profile", { token: known })).status === 200) return known;
  const token = await signUpOrIn(url, credentials);
  const answer = await call(url, "POST", "/v1/api-keys", {
    token,
    headers: { "MusicVerse-Mode": "test" },
    body: { name: "npm start" },
  });
  return (await body<{ key: string }>(answer, "make a sandbox key")).key;
}

async function signUpOrIn(url: string, { email, password }: Credentials): Promise<string> {
  const signUp = await call(url, "POST", "/v1/accounts", { body: { email, password, name: "Developer" } });
  if (signUp.status === 409) {
    const signIn = await call(url, "POST", "/v1/sessions", { body: { email, password } });
    return (await body<{ token: string }>(signIn, `sign in as ${email}`)).token;
  }
  return (await body<{ session: { token: string } }>(signUp, `sign up ${email}`)).session.token;
}

function call(
  url: string,
  method: string,
  path: string,
  options: { token?: string; headers?: Record<string, string>; body?: unknown },
): Promise<Response> {
  return fetch(url + path, {
    method,
    headers: {
      ...options.headers,
      ...(options.token !== undefined && { Authorization: `Bearer ${options.token}` }),
      ...(options.body !== undefined && { "Content-Type": "application/json" }),
    },
    ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
  });
}

async function body<T>(response: Response, what: string): Promise<T> {
  if (!response.ok) throw new Error(`Could not ${what}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

import { secret, text, type ConfigOf, type PluginContext } from "@musicverse/plugin-kit";

const hexadecimal = (value: string): string | null =>
  /^[\w-]{8,64}$/.test(value) ? null : "is no client id of Spotify's dashboard";

export const settings = {
  clientId: text({
    description: "Client ID of your app in Spotify's developer dashboard.",
    example: "0123456789abcdef0123456789abcdef",
    check: hexadecimal,
  }),
  clientSecret: secret({
    description: "Client secret of the same app.",
    example: "fedcba9876543210fedcba9876543210",
  }),
} as const;

export type Context = PluginContext<ConfigOf<typeof settings>>;

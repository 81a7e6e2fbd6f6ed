import { choice, hosts, secret, text, url, type ConfigOf, type PluginContext } from "@musicverse/plugin-kit";

export const settings = {
  apiKey: secret({
    description: "API key from the MiniMax console (Account Management, API Keys); keys belong to one region.",
    example: "sk-api-your-own-key",
  }),
  baseUrl: url({
    description: "The region's API: https://api.minimax.io worldwide, https://api.minimaxi.com in mainland China.",
    default: "https://api.minimax.io",
    example: "https://api.minimax.io",
  }),
  model: text({
    description: "Model that makes music when a request names none. The -free models allow 3 requests a minute.",
    default: "music-3.0",
    example: "music-3.0-free",
  }),
  textModel: text({
    description: "Model that writes reels when a request names none.",
    default: "MiniMax-Text-01",
    example: "MiniMax-Text-01",
  }),
  imageModel: text({
    description: "Model that makes artwork when a request names none. It must take width and height.",
    default: "image-01",
    example: "image-01",
  }),
  outputFormat: choice(["hex", "url"], {
    description: "How MiniMax hands over the audio. With url, audioHosts must name where the files lie.",
    default: "hex",
    example: "hex",
  }),
  audioHosts: hosts({
    description: "Hosts of MiniMax's audio files, separated by commas; needed for outputFormat url only.",
    optional: true,
    example: "files.example.com",
  }),
};

export type Context = PluginContext<ConfigOf<typeof settings>>;

/** MiniMax works synchronously, may take minutes and says nothing on the way; the host's own deadline comes a little later. */
export const answerTimeoutMs = 590_000;

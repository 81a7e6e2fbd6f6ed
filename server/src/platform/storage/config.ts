import { defineSettings, text } from "../config/define.ts";

export const settings = defineSettings({
  storageDir: text({
    variable: "STORAGE_DIR",
    description: "folder of the audio files",
    example: "/var/lib/musicverse/storage",
    fallback: { value: ".musicverse/storage" },
  }),
});

import manifest from "../package.json" with { type: "json" };

/** Version of the plugin contract, which is this package's version; a plugin's `kit` range must contain it. */
export const kitVersion: string = manifest.version;

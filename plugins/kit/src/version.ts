/** Version of the plugin contract; a plugin's `kit` range must contain it. Equal to this package's version. */
export const kitVersion = "0.1.0";

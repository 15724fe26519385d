/** The version of this package; the build fills it in from `package.json`. */
declare const KEYHOME_VERSION: string;

export const VERSION = KEYHOME_VERSION;

/** Stands in `process.versions.electron`, and is no version of Electron. */
export const VERSION = '0.0.0-stand-in';

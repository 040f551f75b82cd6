/**
 * The packages with the native half. Rendered from tests/packages/platforms.json by `make platforms`.
 */

/** The platforms that have one. */
export const PLATFORMS: readonly string[] = [
  "linux-x64-gnu",
  "linux-arm64-gnu",
  "linux-x64-musl",
  "linux-arm64-musl",
  "win32-x64",
  "darwin-arm64",
  "darwin-x64",
];

/** Loads the package of a platform; returns what it exports, or why it could not be loaded. Every name is written out, so
 * that bundlers see what is loaded, and inside of `try`, so that they accept that only one is installed. */
export function installed(platform: string): { loaded?: unknown; cause?: unknown } {
  try {
    switch (platform) {
      case "linux-x64-gnu":
        return { loaded: require("mspkit-linux-x64-gnu") };
      case "linux-arm64-gnu":
        return { loaded: require("mspkit-linux-arm64-gnu") };
      case "linux-x64-musl":
        return { loaded: require("mspkit-linux-x64-musl") };
      case "linux-arm64-musl":
        return { loaded: require("mspkit-linux-arm64-musl") };
      case "win32-x64":
        return { loaded: require("mspkit-win32-x64") };
      case "darwin-arm64":
        return { loaded: require("mspkit-darwin-arm64") };
      case "darwin-x64":
        return { loaded: require("mspkit-darwin-x64") };
      default:
        return {};
    }
  } catch (cause) {
    return { cause };
  }
}

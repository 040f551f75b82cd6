// Packs what would be published: the package `mspkit`, and the package of this platform with the native half and the simulator, which
// the first names as an optional dependency. Both tarballs end up in `packed`; their names are printed.

import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { built } from "./cargo.mjs";
import { HERE, native, platform } from "./places.mjs";

const SIM = "mspkit-sim";
const OUT = join(HERE, "packed");
const LICENSES = ["LICENSE-MIT", "LICENSE-APACHE", "THIRD-PARTY-LICENSES"];
const PLATFORMS = ["linux-x64-gnu"];

/** Writes a package's folder and packs it. */
function pack(manifest, fill) {
  const folder = join(OUT, manifest.name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  for (const license of LICENSES) {
    copyFileSync(join(HERE, "..", license), join(folder, license));
  }
  fill(folder);
  const said = execFileSync("npm", ["pack", "--json", "--pack-destination", OUT], {
    cwd: folder,
    encoding: "utf8",
  });
  return join(OUT, JSON.parse(said)[0].filename);
}

rmSync(OUT, { recursive: true, force: true });
const {
  devDependencies: _,
  scripts: __,
  ...common
} = JSON.parse(readFileSync(join(HERE, "package.json"), "utf8"));
const of = (platform) => `${common.name}-${platform}`;

const [system, arch, libc] = platform().split("-");
const { name: ___, version, description, license, homepage, repository, bugs, keywords, engines } = common;
const binary = {
  name: of(platform()),
  version,
  description: `${description}: the native module for ${platform()}`,
  license,
  homepage,
  repository,
  bugs,
  keywords,
  engines,
  os: [system],
  cpu: [arch],
  ...(system === "linux" ? { libc: [libc === "musl" ? "musl" : "glibc"] } : {}),
  // A program cannot be run from an archive.
  preferUnplugged: true,
  main: native(),
  files: [native(), SIM, "LICENSE-*", "THIRD-PARTY-LICENSES"],
};
const packed = [
  pack(
    { ...common, optionalDependencies: Object.fromEntries(PLATFORMS.map((each) => [of(each), version])) },
    (folder) => {
      cpSync(join(HERE, "dist"), join(folder, "dist"), { recursive: true });
      copyFileSync(join(HERE, "README.md"), join(folder, "README.md"));
    },
  ),
  pack(binary, (folder) => {
    copyFileSync(join(HERE, native()), join(folder, native()));
    copyFileSync(built("mspkit-sim"), join(folder, SIM));
    chmodSync(join(folder, SIM), 0o755);
    if (system === "linux") {
      // Half of it would be debug symbols.
      const files = [native(), SIM].map((name) => join(folder, name));
      execFileSync("strip", ["--strip-unneeded", ...files], { stdio: "inherit" });
    }
  }),
];
console.log(packed.join("\n"));

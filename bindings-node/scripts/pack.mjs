// Packs what would be published: `mspkit`, and `mspkit-sim` for tests. Each has a package of this platform besides, with the native
// half or the program, which it names as an optional dependency. The tarballs end up in `packed`; their names are printed.
//
//     node scripts/pack.mjs             all four
//     node scripts/pack.mjs main        the two that are the same everywhere
//     node scripts/pack.mjs PLATFORM    the two of a platform; if it is another one, MSPKIT_CARGO_BUILD builds for it

import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { built } from "./cargo.mjs";
import { HERE, native, PLATFORMS, platform } from "./places.mjs";

const SIM = "mspkit-sim";
const OUT = join(HERE, "packed");
const LICENSES = ["LICENSE-MIT", "LICENSE-APACHE", "THIRD-PARTY-LICENSES"];
const WANTED = process.argv[2];
/** The platform of the packages with binaries. */
const ON = platform(WANTED === "main" ? undefined : WANTED);
const FOREIGN = ON.name !== platform().name;
const PROGRAM = ON.files.program;

/** Writes a package's folder and packs it. */
function pack(manifest, fill) {
  const folder = join(OUT, manifest.name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  for (const license of LICENSES) {
    copyFileSync(join(HERE, "..", license), join(folder, license));
  }
  fill(folder);
  const output = execFileSync("npm", ["pack", "--json", "--pack-destination", OUT], {
    cwd: folder,
    encoding: "utf8",
  });
  return join(OUT, JSON.parse(output)[0].filename);
}

/** Puts what was built into a package, without the names for debuggers, which would be half of it. Those of another platform
 * are left out by its linker: this machine's strip may not know the format. */
function copyBuilt(from, to) {
  copyFileSync(from, to);
  chmodSync(to, 0o755);
  if (ON.npm.os === "linux" && !FOREIGN) {
    execFileSync("strip", ["--strip-unneeded", to], { stdio: "inherit" });
  }
}

rmSync(OUT, { recursive: true, force: true });
const {
  devDependencies: _,
  scripts: __,
  ...common
} = JSON.parse(readFileSync(join(HERE, "package.json"), "utf8"));
const { name, version, description, license, homepage, repository, bugs, keywords, engines } = common;
const about = { version, description, license, homepage, repository, bugs, keywords, engines };
const simulator = {
  name: SIM,
  ...about,
  description: "N-central, Cloudmore and Wiv on one loopback port, quirks and faults included",
  repository: { ...repository, directory: "tests/simulator" },
};
const platforms = (of) => Object.fromEntries(PLATFORMS.map(({ name: each }) => [`${of}-${each}`, version]));

/** The package of a platform with one file. */
const binary = ({ name, description, ...rest }, kind, file) => ({
  ...rest,
  name: `${name}-${ON.name}`,
  description: `${description}: the ${kind} for ${ON.name}`,
  // Of Linux also `libc`.
  ...Object.fromEntries(Object.entries(ON.npm).map(([key, value]) => [key, [value]])),
  // A program cannot be run from an archive.
  preferUnplugged: true,
  files: [file, "LICENSE-*", "THIRD-PARTY-LICENSES"],
});
const client = () =>
  pack(
    {
      ...common,
      optionalDependencies: platforms(name),
      peerDependencies: { [SIM]: version },
      peerDependenciesMeta: { [SIM]: { optional: true } },
    },
    (folder) => {
      cpSync(join(HERE, "dist"), join(folder, "dist"), { recursive: true });
      copyFileSync(join(HERE, "README.md"), join(folder, "README.md"));
    },
  );
const module = () =>
  pack({ ...binary({ name, ...about }, "native module", native(ON)), main: native(ON) }, (folder) =>
    copyBuilt(
      FOREIGN ? built("mspkit-node", ON.files.cdylib) : join(HERE, native()),
      join(folder, native(ON)),
    ),
  );
const finder = () =>
  pack(
    {
      ...simulator,
      type: "commonjs",
      main: "./index.js",
      types: "./index.d.ts",
      bin: { [SIM]: "bin.js" },
      files: ["*.js", "*.d.ts", "LICENSE-*", "THIRD-PARTY-LICENSES"],
      optionalDependencies: platforms(SIM),
    },
    (folder) => {
      cpSync(join(HERE, "simulator"), folder, { recursive: true });
      copyFileSync(join(HERE, "..", "tests", "simulator", "README.md"), join(folder, "README.md"));
    },
  );
const program = () =>
  pack(binary(simulator, "program", PROGRAM), (folder) => copyBuilt(built(SIM), join(folder, PROGRAM)));

const wanted = { undefined: [client, module, finder, program], main: [client, finder] };
for (const packed of (wanted[WANTED] ?? [module, program]).map((each) => each())) {
  console.log(packed);
}

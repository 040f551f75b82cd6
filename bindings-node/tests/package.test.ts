/**
 * The packages as they would be published: packed, installed into an empty project, used from ESM, CommonJS and
 * TypeScript; their types and manifests; and the errors if something is missing.
 */

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { version } from "mspkit";
import { HERE } from "./support/child.js";
import { type Simulator, startSimulator } from "./support/simulator.js";

const BIN = join(HERE, "node_modules", ".bin");
const MODULE = "mspkit-linux-x64-gnu";
const SIM = "mspkit-sim";
const PROGRAM = "mspkit-sim-linux-x64-gnu";
/** The platforms that have packages. */
const PLATFORMS: readonly string[] = JSON.parse(
  readFileSync(join(HERE, "..", "tests/packages/platforms.json"), "utf8"),
).platforms.map(({ name }: { name: string }) => name);
/** The packages of all platforms for one that finds them, with this version. */
const each = (of: string) => Object.fromEntries(PLATFORMS.map((name) => [`${of}-${name}`, version]));
const LICENSES = ["LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY-LICENSES"];
/** The environment without the program that the tests use. */
const UNNAMED = { MSPKIT_SIM: "" };

let simulator: Simulator;
let project: string;
/** The packages of a program, and those of its tests. */
let tarballs: string[];
let simTarballs: string[];

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program in the project; synchronously, since nothing else runs. */
function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Ran {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: project,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}

function succeeds(command: string, args: readonly string[]): string {
  const ran = run(command, args, simulator.env);
  assert.equal(ran.status, 0, `${command} ${args.join(" ")}\n${ran.stdout}\n${ran.stderr}`);
  return ran.stdout.trim();
}

function install(files: readonly string[], ...options: string[]): void {
  succeeds("npm", ["install", "--offline", "--no-audit", "--no-fund", ...options, ...files]);
}

/** The packages in the folder MSPKIT_PACKED, or packed now. */
function packed(): string[] {
  const folder = process.env.MSPKIT_PACKED;
  if (folder === undefined) {
    const output = execFileSync(process.execPath, ["scripts/pack.mjs"], { cwd: HERE, encoding: "utf8" });
    return output.trim().split("\n");
  }
  return ["mspkit", MODULE, SIM, PROGRAM].map((name) => join(folder, `${name}-${version}.tgz`));
}

before(async () => {
  simulator = await startSimulator();
  const all = packed();
  [tarballs, simTarballs] = [all.slice(0, 2), all.slice(2)];
  project = mkdtempSync(join(tmpdir(), "mspkit-consumer-"));
  writeFileSync(join(project, "package.json"), '{"name": "consumer", "private": true}\n');
  install(tarballs);
  cpSync(join(HERE, "tests/consumers"), project, { recursive: true });
});

after(async () => {
  rmSync(project, { recursive: true, force: true });
  await simulator.stop();
});

test("the package contains the required files, and nothing else", () => {
  const installed = join(project, "node_modules");
  assert.deepEqual(
    readdirSync(installed).filter((name) => !name.startsWith(".")),
    ["mspkit", MODULE],
  );
  assert.deepEqual(
    readdirSync(join(installed, "mspkit")).sort(),
    [...LICENSES, "README.md", "dist", "package.json"].sort(),
  );
  const manifest = JSON.parse(readFileSync(join(installed, "mspkit/package.json"), "utf8"));
  assert.deepEqual(manifest.optionalDependencies, each("mspkit"));
  assert.deepEqual(manifest.peerDependencies, { [SIM]: version });
  assert.deepEqual(manifest.peerDependenciesMeta, { [SIM]: { optional: true } });
  assert.ok(!("scripts" in manifest) && !("devDependencies" in manifest) && !("bin" in manifest));
  assert.deepEqual(readdirSync(join(installed, MODULE)).sort(), [
    ...LICENSES,
    "mspkit.linux-x64-gnu.node",
    "package.json",
  ]);
  const binary = JSON.parse(readFileSync(join(installed, MODULE, "package.json"), "utf8"));
  assert.deepEqual([binary.os, binary.cpu, binary.libc], [["linux"], ["x64"], ["glibc"]]);
  const stray = readdirSync(join(installed, "mspkit/dist"), { recursive: true, encoding: "utf8" });
  assert.deepEqual(
    stray.filter((name) => /\.\w+$/.test(name) && !/\.(js|d\.ts|mjs|d\.mts)$/.test(name)),
    [],
  );
});

test("it is used from ESM and from CommonJS, with the same classes", () => {
  assert.equal(succeeds(process.execPath, ["use.mjs"]), "esm 10 50 404");
  assert.equal(succeeds(process.execPath, ["use.cjs"]), "cjs 10 50 404");
});

test("an error says how to install the simulator", () => {
  const start = 'require("mspkit/testing").Simulator.start().catch((error) => console.log(error.message));';
  const { stdout, stderr } = run(process.execPath, ["-e", start], UNNAMED);
  assert.match(stdout, /^the simulator is not installed; .*: npm install --save-dev mspkit-sim\./);
  assert.equal(stderr, "");
});

test("the simulator is a package of its own, for the tests of a project", () => {
  install(simTarballs, "--save-dev");
  const installed = join(project, "node_modules");
  assert.deepEqual(
    readdirSync(join(installed, SIM)).sort(),
    [...LICENSES, "README.md", "bin.js", "index.d.ts", "index.js", "package.json"].sort(),
  );
  const manifest = JSON.parse(readFileSync(join(installed, SIM, "package.json"), "utf8"));
  assert.deepEqual([manifest.version, manifest.optionalDependencies], [version, each(SIM)]);
  assert.deepEqual(readdirSync(join(installed, PROGRAM)).sort(), [...LICENSES, "mspkit-sim", "package.json"]);
  const binary = JSON.parse(readFileSync(join(installed, PROGRAM, "package.json"), "utf8"));
  assert.deepEqual([binary.os, binary.cpu, binary.libc], [["linux"], ["x64"], ["glibc"]]);
  const output = run("npx", ["--offline", SIM, "--", "sh", "-c", "echo $WIV_URL; exit 7"], UNNAMED);
  assert.deepEqual([output.status, output.stderr], [7, ""]);
  assert.match(output.stdout, /^http:\/\/127\.0\.0\.1:\d+\n$/);
  const helped = `
    const sim = await Simulator.start({ customers: 2 });
    console.log((await sim.ncentral().customers.list().collect()).length, VARIABLES.length);
  `;
  writeFileSync(
    join(project, "helped.mjs"),
    `import { Simulator, VARIABLES } from "mspkit/testing";${helped}`,
  );
  const required = `const { Simulator, VARIABLES } = require("mspkit/testing"); (async () => {${helped}})();`;
  writeFileSync(join(project, "helped.cjs"), required);
  for (const file of ["helped.mjs", "helped.cjs"]) {
    const ran = run(process.execPath, [file], UNNAMED);
    assert.deepEqual([ran.stdout, ran.stderr], ["2 10\n", ""]);
  }
});

test("a missing program of the simulator is reported with its package", () => {
  const place = join(project, "node_modules", PROGRAM);
  renameSync(place, `${place}-away`);
  try {
    const ran = run(join(project, "node_modules", ".bin", SIM), [], UNNAMED);
    assert.equal(ran.status, 1);
    assert.match(
      ran.stderr,
      new RegExp(
        `^mspkit-sim: the simulator's program comes in the package ${SIM}-linux-x64-musl or ${PROGRAM}, `,
      ),
    );
  } finally {
    renameSync(`${place}-away`, place);
  }
});

test("the packages are not too large", () => {
  const sizes = [...tarballs, ...simTarballs].map((tarball) => statSync(tarball).size);
  const list = readFileSync(join(HERE, "..", "tests/packages/platforms.json"), "utf8");
  const { largest_mb: largest } = JSON.parse(list) as { largest_mb: { native: number } };
  const most = process.env.MSPKIT_PROFILE === "release" ? largest.native : 60;
  assert.ok(
    sizes.every((size) => size < most * 1e6),
    `${sizes}`,
  );
});

test("it works in an empty project as the first page shows", () => {
  const page = readFileSync(join(HERE, "..", "docs/index.md"), "utf8");
  const blocks = [...page.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code ?? "");
  assert.ok(blocks.length > 0);
  for (const block of blocks) {
    writeFileSync(join(project, "first.mjs"), block);
    assert.match(succeeds(process.execPath, ["first.mjs"]), /customerName.*Foxglove Optics/s);
  }
});

/** How TypeScript programs are compiled. */
const COMPILERS: Readonly<Record<string, { manifest: string; options: object; runs: boolean }>> = {
  "node16, CommonJS": {
    manifest: '{"type": "commonjs"}',
    options: { module: "node16", moduleResolution: "node16" },
    runs: true,
  },
  "node16, ESM": {
    manifest: '{"type": "module"}',
    options: { module: "node16", moduleResolution: "node16" },
    runs: true,
  },
  "a bundler": {
    manifest: '{"type": "module"}',
    options: { module: "esnext", moduleResolution: "bundler" },
    runs: false,
  },
};

for (const [name, { manifest, options, runs }] of Object.entries(COMPILERS)) {
  test(`it is used from TypeScript: ${name}`, () => {
    const folder = join(project, name.replaceAll(/\W+/g, "-"));
    mkdirSync(folder);
    cpSync(join(project, "use.ts"), join(folder, "use.ts"));
    writeFileSync(join(folder, "package.json"), manifest);
    const compilerOptions = {
      ...options,
      target: "es2022",
      lib: ["es2023"],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      types: ["node"],
      typeRoots: [join(HERE, "node_modules/@types")],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["use.ts"] }));
    succeeds(join(BIN, "tsc"), ["-p", folder]);
    if (runs) {
      assert.equal(succeeds(process.execPath, [join(folder, "use.js")]), "ts 10 50 404");
    }
  });
}

test("types and manifest pass their checks", () => {
  for (const main of [tarballs[0], simTarballs[0]] as string[]) {
    succeeds(join(BIN, "attw"), [main, "--no-emoji", "--format", "ascii"]);
    succeeds(join(BIN, "publint"), [main, "--strict"]);
  }
});

test("the checks detect mistakes", () => {
  const folder = join(project, "damaged");
  cpSync(join(project, "node_modules/mspkit"), folder, { recursive: true });
  rmSync(join(folder, "dist/esm/index.d.mts"));
  const [damaged] = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--pack-destination", project], { cwd: folder, encoding: "utf8" }),
  );
  const tarball = join(project, damaged.filename);
  assert.notEqual(run(join(BIN, "attw"), [tarball, "--no-emoji", "--format", "ascii"]).status, 0);
  assert.notEqual(run(join(BIN, "publint"), [tarball, "--strict"]).status, 0);
});

test("a missing native module is reported with its package and the remedy", () => {
  const place = join(project, "node_modules", MODULE);
  renameSync(place, `${place}-away`);
  try {
    const ran = run(process.execPath, ["-e", 'require("mspkit")']);
    assert.equal(ran.status, 1);
    assert.match(ran.stderr, /mspkit: the native module could not be loaded/);
    assert.match(ran.stderr, new RegExp(`npm install ${MODULE}@${version.replaceAll(".", "\\.")}`));
    assert.match(ran.stderr, /--omit=optional/);
    assert.match(ran.stderr, /code: 'MSPKIT_NATIVE_MODULE_MISSING'/);
  } finally {
    renameSync(`${place}-away`, place);
  }
});

test("a platform without a native module is reported", () => {
  const pretend = `Object.defineProperty(process, "platform", { value: "sunos" }); require("mspkit");`;
  const ran = run(process.execPath, ["-e", pretend]);
  assert.equal(ran.status, 1);
  assert.ok(
    ran.stderr.includes(`there is no native module for sunos-x64, only for: ${PLATFORMS.join(", ")}.`),
  );
  assert.match(ran.stderr, /code: 'MSPKIT_UNSUPPORTED_PLATFORM'/);
  const simulated = run(
    process.execPath,
    ["-e", pretend.replace('mspkit")', 'mspkit-sim").program()')],
    UNNAMED,
  );
  assert.ok(
    simulated.stderr.includes(`there is no simulator for sunos-x64, only for: ${PLATFORMS.join(", ")}.`),
  );
});

test("a native module of another version is refused", () => {
  const place = join(project, "node_modules/mspkit/package.json");
  const manifest = readFileSync(place, "utf8");
  writeFileSync(place, manifest.replace(`"version": "${version}"`, '"version": "99.0.0"'));
  try {
    const ran = run(process.execPath, ["-e", 'require("mspkit")']);
    assert.equal(ran.status, 1);
    assert.match(ran.stderr, new RegExp(`this is version 99\\.0\\.0, but the native module is ${version}`));
  } finally {
    writeFileSync(place, manifest);
  }
});

test("the lock file names no host, and covers every platform", () => {
  const text = readFileSync(join(HERE, "package-lock.json"), "utf8");
  assert.doesNotMatch(text, /"resolved"/);
  const { packages } = JSON.parse(text);
  for (const [name, { optionalDependencies = {} }] of Object.entries<{ optionalDependencies?: object }>(
    packages,
  )) {
    for (const one of Object.keys(optionalDependencies)) {
      assert.ok(`node_modules/${one}` in packages, `${name} needs ${one}; npm install --package-lock-only`);
    }
  }
});

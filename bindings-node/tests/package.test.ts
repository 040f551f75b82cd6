/**
 * The package as it would be published: packed, installed into an empty project, used from ESM, CommonJS and
 * TypeScript; its types and its manifest; and its loader's errors if something is missing.
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

let simulator: Simulator;
let project: string;
let tarballs: string[];

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

/** The packages in the folder MSPKIT_PACKED, or packed now. */
function packed(): string[] {
  const folder = process.env.MSPKIT_PACKED;
  if (folder === undefined) {
    const output = execFileSync(process.execPath, ["scripts/pack.mjs"], { cwd: HERE, encoding: "utf8" });
    return output.trim().split("\n");
  }
  return [`mspkit-${version}.tgz`, `${MODULE}-${version}.tgz`].map((name) => join(folder, name));
}

before(async () => {
  simulator = await startSimulator();
  tarballs = packed();
  project = mkdtempSync(join(tmpdir(), "mspkit-consumer-"));
  writeFileSync(join(project, "package.json"), '{"name": "consumer", "private": true}\n');
  succeeds("npm", ["install", "--offline", "--no-audit", "--no-fund", ...tarballs]);
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
  assert.deepEqual(readdirSync(join(installed, "mspkit")).sort(), [
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "THIRD-PARTY-LICENSES",
    "dist",
    "package.json",
  ]);
  const manifest = JSON.parse(readFileSync(join(installed, "mspkit/package.json"), "utf8"));
  assert.deepEqual(manifest.optionalDependencies, { [MODULE]: version });
  assert.ok(!("scripts" in manifest) && !("devDependencies" in manifest));
  assert.deepEqual(readdirSync(join(installed, MODULE)).sort(), [
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "THIRD-PARTY-LICENSES",
    "mspkit-sim",
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

test("the simulator is a program of the project, and of its tests", () => {
  const env = { MSPKIT_SIM: "" };
  const program = join(project, "node_modules", ".bin", "mspkit-sim");
  const output = run(program, ["--", "sh", "-c", "echo $WIV_URL; exit 7"], env);
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
    const ran = run(process.execPath, [file], env);
    assert.deepEqual([ran.stdout, ran.stderr], ["2 9\n", ""]);
  }
});

test("the package is not too large", () => {
  const sizes = tarballs.map((tarball) => statSync(tarball).size);
  assert.ok(
    sizes.every((size) => size < (process.env.MSPKIT_PROFILE === "release" ? 6e6 : 60e6)),
    `${sizes}`,
  );
});

test("it works in an empty project as README shows", async () => {
  const readme = readFileSync(join(HERE, "..", "README.md"), "utf8");
  const blocks = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code ?? "");
  assert.ok(blocks.length > 0);
  for (const block of blocks) {
    await simulator.control("reset", {});
    writeFileSync(join(project, "readme.mjs"), block);
    const lines = succeeds(process.execPath, ["readme.mjs"]).split("\n");
    assert.equal(lines.length, 11);
    assert.match(lines.at(-1) ?? "", /^created customer \d+$/);
  }
  await simulator.control("reset", {});
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
  const [main] = tarballs as [string];
  succeeds(join(BIN, "attw"), [main, "--no-emoji", "--format", "ascii"]);
  succeeds(join(BIN, "publint"), [main, "--strict"]);
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
  assert.match(ran.stderr, /mspkit: there is no native module for sunos-x64, only for: linux-x64-gnu/);
  assert.match(ran.stderr, /code: 'MSPKIT_UNSUPPORTED_PLATFORM'/);
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

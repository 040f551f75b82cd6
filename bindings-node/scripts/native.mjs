// Builds the native half and copies it to where the loader looks for it. With --test-hooks it is a debug build with the
// exports that only tests need, in `hooks`.

import { copyFileSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { built } from "./cargo.mjs";
import { HERE, native, platform } from "./places.mjs";

// Renamed into place: a process that has loaded the old one keeps it.
const hooks = process.argv.includes("--test-hooks");
const folder = hooks ? join(HERE, "hooks") : HERE;
mkdirSync(folder, { recursive: true });
const place = join(folder, native());
copyFileSync(built("mspkit-node", platform().files.cdylib, hooks ? ["test-hooks"] : []), `${place}.part`);
renameSync(`${place}.part`, place);

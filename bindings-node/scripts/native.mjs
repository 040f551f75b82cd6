// Builds the native half and puts it where the loader looks for it.

import { copyFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { built } from "./cargo.mjs";
import { HERE, library, native } from "./places.mjs";

// Renamed into its place: a process that has the old one loaded keeps it.
const place = join(HERE, native());
copyFileSync(built("mspkit-node", library()), `${place}.part`);
renameSync(`${place}.part`, place);

#!/usr/bin/env node
/**
 * `npx mspkit-sim`: the simulator, with the arguments, streams, signals and exit code of this process.
 */

"use strict";

const { spawn } = require("node:child_process");
const { program } = require("./index.js");

function fail(error) {
  process.stderr.write(`mspkit-sim: ${error.message}\n`);
  process.exitCode = 1;
}

function main() {
  let child;
  const pass = (signal) => void child?.kill(signal);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  // First: the program may be ready, and a signal may come, before this function goes on.
  for (const signal of signals) {
    process.on(signal, pass);
  }
  child = spawn(program(), process.argv.slice(2), { stdio: "inherit", windowsHide: true });
  child.once("error", fail);
  child.once("exit", (code, signal) => {
    for (const each of signals) {
      process.off(each, pass);
    }
    if (signal === null) {
      process.exitCode = code ?? 1;
    } else {
      process.kill(process.pid, signal);
    }
  });
}

try {
  main();
} catch (error) {
  fail(error);
}

/**
 * Memory of this process, measured after collecting garbage.
 */

/** Resident memory in MiB, after garbage was collected and freed. */
export async function resident(): Promise<number> {
  const collect = globalThis.gc;
  if (collect === undefined) {
    throw new Error("run with --expose-gc");
  }
  for (let round = 0; round < 3; round += 1) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().rss / 2 ** 20;
}

/** By how many MiB memory has grown from the end of the warm-up to the end. */
export async function growth(rounds: number, run: (round: number) => Promise<void>): Promise<number> {
  const warm = Math.ceil(rounds / 4);
  let before = 0;
  for (let round = 0; round < rounds; round += 1) {
    if (round === warm) {
      before = await resident();
    }
    await run(round);
  }
  return (await resident()) - before;
}

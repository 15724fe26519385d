// Job: how many of the keys live on each node.

import { forEachBatch } from "./batches.ts";
import { NOBODY, homes } from "./homes.ts";
import type { CountJob, CountResult, Progress } from "./protocol.ts";
import { routerOf } from "./routers.ts";

export async function countKeys(job: CountJob, report: (progress: Progress) => void): Promise<CountResult> {
  const pools = job.pools.map((pool) => {
    const router = routerOf(pool);
    return { router, counts: new Float64Array(router.nodes.length), homeless: 0 };
  });
  const counted = await forEachBatch(
    job.keys,
    (keys) => {
      for (const pool of pools) {
        for (const index of homes(pool.router, keys)) {
          if (index === NOBODY) pool.homeless += 1;
          else pool.counts[index]! += 1;
        }
      }
    },
    report,
  );
  return { ...counted, pools: pools.map(({ router, ...pool }) => ({ ...pool, balance: router.balance() })) };
}

// How far a job is, and the button that ends it.

import { count } from "../drawing/numbers.ts";
import type { Counted } from "../work/protocol.ts";
import type { JobHandle } from "../work/useJob.ts";

export function JobStatus({ job: { work, cancel, again } }: { job: JobHandle<Counted> }) {
  switch (work.state) {
    case "idle":
      return <p class="soft">No keys yet.</p>;
    case "running":
      return (
        <div class="job-running">
          <progress aria-label="Keys counted" max={1} value={work.progress.part} />
          <span>
            {count(work.progress.keys)} keys, {Math.floor(100 * work.progress.part)} %
          </span>
          <button type="button" onClick={cancel}>
            Cancel
          </button>
        </div>
      );
    case "cancelled":
      return (
        <p aria-live="polite">
          Cancelled.{" "}
          <button type="button" class="link" onClick={again}>
            Count again
          </button>
        </p>
      );
    case "failed":
      return (
        <div class="problem" role="alert">
          <p>{work.message}</p>
          {work.code === undefined ? null : <code>{work.code}</code>}
        </div>
      );
    case "done":
      return (
        <>
          <p aria-live="polite">
            <b>{count(work.result.keys)}</b> {work.result.keys === 1 ? "key" : "keys"} counted
            <span class="soft"> in {duration(work.milliseconds)}</span>
          </p>
          {work.result.carriageReturns === 0 ? null : (
            <p class="warning">
              Lines end in a carriage return, which belongs to the key; was the file written on Windows?
            </p>
          )}
        </>
      );
  }
}

function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

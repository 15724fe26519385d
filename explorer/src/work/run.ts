// The page's side: runs a job in a worker, with progress, until it answers or is cancelled.

import type { Answer, Job, Progress, ResultOf } from "./protocol.ts";

export interface Running<R> {
  /** Never settles once cancelled. */
  readonly result: Promise<R>;
  cancel(): void;
}

/** A worker that has answered and waits for the next job. */
let idle: Worker | undefined;

export function run<J extends Job>(job: J, report: (progress: Progress) => void): Running<ResultOf<J>> {
  const worker = idle ?? newWorker();
  idle = undefined;
  let isOver = false;
  const result = new Promise<ResultOf<J>>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if ("progress" in data) {
        report(data.progress);
        return;
      }
      isOver = true;
      rest(worker);
      if ("result" in data) resolve(data.result as ResultOf<J>);
      else reject(new JobError(data.error.message, data.error.code));
    };
    worker.onerror = (event) => {
      isOver = true;
      worker.terminate();
      reject(new JobError(`The worker of this page failed: ${event.message}`, undefined));
    };
  });
  worker.postMessage(job);
  return {
    result,
    cancel: () => {
      // A worker that has answered may be at the next job already.
      if (!isOver) worker.terminate();
    },
  };
}

/** Why a job came to nothing, for people. */
export class JobError extends Error {
  override readonly name = "JobError";
  /** That of keyhome, where the error is one of its own. */
  readonly code: string | undefined;

  constructor(message: string, code: string | undefined) {
    super(message);
    this.code = code;
  }
}

function rest(worker: Worker): void {
  worker.onmessage = null;
  worker.onerror = null;
  if (idle === undefined) idle = worker;
  else worker.terminate();
}

/** From the page's own script, so that nothing has to be fetched: a page from a disk may not. */
function newWorker(): Worker {
  const scripts = document.querySelectorAll<HTMLScriptElement>("script[type=module]");
  const script = scripts[scripts.length - 1];
  if (script === undefined) throw new Error("the page has no script");
  if (script.src !== "") return new Worker(script.src, { type: "module" });
  const url = URL.createObjectURL(new Blob([script.textContent], { type: "text/javascript" }));
  try {
    return new Worker(url);
  } finally {
    URL.revokeObjectURL(url);
  }
}

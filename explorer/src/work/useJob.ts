// A job as a view sees it: begun when it changes, cancelled when the view is left.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Job, Progress, ResultOf } from "./protocol.ts";
import { type Running, run } from "./run.ts";

export type Work<R> =
  /** There is nothing to do. */
  | { readonly state: "idle" }
  | { readonly state: "running"; readonly progress: Progress }
  | { readonly state: "done"; readonly result: R; readonly milliseconds: number }
  | { readonly state: "failed"; readonly message: string; readonly code: string | undefined }
  | { readonly state: "cancelled" };

export interface JobHandle<R> {
  readonly work: Work<R>;
  readonly cancel: () => void;
  readonly again: () => void;
}

/** Somebody who types is not done yet. */
const PAUSE = 200;

const BEGUN: Progress = { keys: 0, part: 0 };

/** `job` is begun anew whenever it is another object. */
export function useJob<J extends Job>(job: J | undefined): JobHandle<ResultOf<J>> {
  type R = ResultOf<J>;
  // With the job that it is about: what a job before this one has found is no answer.
  const [{ of, work }, setWork] = useState<{ of: J | undefined; work: Work<R> }>({ of: undefined, work: { state: "idle" } });
  const [attempt, setAttempt] = useState(0);
  const stop = useRef<(() => void) | undefined>(undefined);
  const first = useRef(true);

  useEffect(() => {
    if (job === undefined) return undefined;
    let running: Running<R> | undefined;
    let left = false;
    const set = (work: Work<R>) => {
      if (!left) setWork({ of: job, work });
    };
    const begin = () => {
      const start = performance.now();
      running = run(job, (progress) => set({ state: "running", progress }));
      running.result.then(
        (result) => set({ state: "done", result, milliseconds: performance.now() - start }),
        (error: Error & { code?: string }) => set({ state: "failed", message: error.message, code: error.code }),
      );
    };
    set({ state: "running", progress: BEGUN });
    const timer = setTimeout(begin, first.current ? 0 : PAUSE);
    first.current = false;
    stop.current = () => {
      left = true;
      clearTimeout(timer);
      running?.cancel();
    };
    return stop.current;
  }, [job, attempt]);

  const cancel = () => {
    stop.current?.();
    setWork({ of: job, work: { state: "cancelled" } });
  };
  const now: Work<R> = job === undefined ? { state: "idle" } : of === job ? work : { state: "running", progress: BEGUN };
  return { work: now, cancel, again: () => setAttempt((count) => count + 1) };
}

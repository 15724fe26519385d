// The worker's side: does a job, says how far it is, answers.

import { KeyhomeError, init } from "keyhome";
import { countKeys } from "./count.ts";
import { KeyLineError } from "./keyLines.ts";
import { movedKeys, movesOfKeys } from "./moves.ts";
import { PatternError } from "./pattern.ts";
import type { Answer, Job, Progress, ResultOf } from "./protocol.ts";

/** The page redraws no faster. */
const REPORT_EVERY = 50;

/** Serves the page that made this worker. */
export function serveJobs(): void {
  const answer = (message: Answer) => self.postMessage(message);
  self.onmessage = async ({ data }: MessageEvent<Job>) => {
    try {
      await init();
      answer({ result: await result(data, reporter(answer)) });
    } catch (error) {
      answer({ error: { message: saidOf(error), code: error instanceof KeyhomeError ? error.code : undefined } });
    }
  };
}

function result(job: Job, report: (progress: Progress) => void): Promise<ResultOf<Job>> {
  if (job.do === "count") return countKeys(job, report);
  return job.do === "moves" ? movesOfKeys(job, report) : movedKeys(job, report);
}

function reporter(answer: (message: Answer) => void): (progress: Progress) => void {
  let last = performance.now();
  return (progress) => {
    const now = performance.now();
    if (now - last < REPORT_EVERY) return;
    last = now;
    answer({ progress });
  };
}

function saidOf(error: unknown): string {
  if (error instanceof KeyhomeError || error instanceof KeyLineError || error instanceof PatternError) return error.message;
  if (error instanceof DOMException) return `The file cannot be read: ${error.message}`;
  return `The keys could not be counted: ${String(error)}`;
}

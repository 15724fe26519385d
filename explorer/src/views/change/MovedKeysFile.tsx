// All keys of the sample that move, as a file: with it a program can copy them before the change.

import { useEffect, useState } from "preact/hooks";
import { download } from "../../page/download.ts";
import type { KeySource, MovedKeysJob, PoolText } from "../../work/protocol.ts";
import { useJob } from "../../work/useJob.ts";

interface MovedKeysFileProps {
  readonly old: PoolText;
  readonly new: PoolText;
  readonly keys: KeySource;
}

export function MovedKeysFile({ old, new: now, keys }: MovedKeysFileProps) {
  const [job, setJob] = useState<MovedKeysJob | undefined>(undefined);
  const { work, cancel } = useJob(job);
  useEffect(() => {
    if (work.state === "done") download("moved-keys.csv", work.result.csv);
  }, [work]);
  // A change of what it is about ends it.
  useEffect(() => setJob(undefined), [old, now, keys]);

  if (work.state === "running") {
    return (
      <button type="button" onClick={cancel}>
        Cancel the file, {Math.floor(100 * work.progress.part)} %
      </button>
    );
  }
  return (
    <>
      <button type="button" onClick={() => setJob({ do: "moved keys", old, new: now, keys })}>
        Save the keys that move
      </button>
      {work.state === "failed" ? <p class="wrong">{work.message}</p> : null}
    </>
  );
}

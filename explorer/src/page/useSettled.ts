// What is being typed, once the typing pauses.

import { useEffect, useState } from "preact/hooks";

/** The value when it has stayed the same for some milliseconds, undefined until then; without a pause it is there at once. */
export function useSettled<T>(value: T, pause: number): T | undefined {
  const [settled, setSettled] = useState({ value });
  useEffect(() => {
    if (pause === 0) return undefined;
    const timer = setTimeout(() => setSettled({ value }), pause);
    return () => clearTimeout(timer);
  }, [value, pause]);
  return pause === 0 || settled.value === value ? value : undefined;
}

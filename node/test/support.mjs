// What the tests share. `KEYHOME_ENGINE` says which engine they ask; all of them run with either.

import { KeyhomeError } from "keyhome";

/** Many keys, one behind the other. */
export function pack(keys) {
  const offsets = new Uint32Array(keys.length + 1);
  keys.forEach((key, position) => {
    offsets[position + 1] = offsets[position] + key.length;
  });
  return [new Uint8Array(Buffer.concat(keys)), offsets];
}

/** What a call gives: its value, or the error's code, line, column and position. Other errors are not caught. */
export function outcome(call) {
  try {
    return { value: call() };
  } catch (error) {
    if (!(error instanceof KeyhomeError)) throw error;
    const { code, line, column, position } = error;
    return { code, line, column, position };
  }
}

/** A pool of equal servers. */
export function config(servers, options = "") {
  const lines = Array.from({ length: servers }, (_, number) => `   - 10.0.0.${number + 1}:6379:1\n`);
  return `pool:\n${options}  servers:\n${lines.join("")}`;
}

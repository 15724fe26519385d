// One command to one server, over a connection of its own and without any client library: what is tested is not what tests.

import { connect } from "node:net";

/**
 * The reply to a command: a text, a number, null, or a list of such. An error is thrown.
 *
 * @param port - on 127.0.0.1
 * @param words - the command's name and arguments
 */
export function ask(port, ...words) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let received = Buffer.alloc(0);
    socket.setTimeout(5000, () => socket.destroy(new Error(`no answer to ${words[0]} from port ${port}`)));
    socket.on("error", reject);
    socket.on("close", () => reject(new Error(`port ${port} closed the connection after ${words[0]}`)));
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      const reply = replyAt(received, 0);
      if (reply === undefined) return;
      if (reply[0] instanceof Error) reject(reply[0]);
      else resolve(reply[0]);
      socket.destroy();
    });
    const texts = words.map((word) => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`);
    socket.write(`*${words.length}\r\n${texts.join("")}`);
  });
}

/**
 * The reply at a place and where it ends, or undefined where more of it is to come. An error is given, not thrown.
 */
function replyAt(bytes, from) {
  const end = bytes.indexOf("\r\n", from);
  if (end < 0) return undefined;
  const [kind, line, next] = [bytes.toString("utf8", from, from + 1), bytes.toString("utf8", from + 1, end), end + 2];
  if (kind === "+") return [line, next];
  if (kind === "-") return [new Error(line), next];
  if (kind === ":") return [Number(line), next];
  if (kind !== "$" && kind !== "*") return [new Error(`a reply that is none: ${kind}${line}`), next];
  const length = Number(line);
  if (length < 0) return [null, next];
  if (kind === "$") return bytes.length < next + length + 2 ? undefined : [bytes.toString("utf8", next, next + length), next + length + 2];
  const items = [];
  let at = next;
  while (items.length < length) {
    const item = replyAt(bytes, at);
    if (item === undefined) return undefined;
    items.push(item[0]);
    at = item[1];
  }
  return [items, at];
}

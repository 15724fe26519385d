// One command to one server, over a connection of its own and without any client library: what is tested is not what tests.

import { connect } from "node:net";

/**
 * The reply to a command, where it is a text, a number or an error. An error reply is thrown.
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
      const reply = parsed(received);
      if (reply === undefined) return;
      if (reply instanceof Error) reject(reply);
      else resolve(reply);
      socket.destroy();
    });
    const texts = words.map((word) => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`);
    socket.write(`*${words.length}\r\n${texts.join("")}`);
  });
}

/** A whole reply, or undefined where more of it is to come. */
function parsed(bytes) {
  const end = bytes.indexOf("\r\n");
  if (end < 0) return undefined;
  const line = bytes.toString("utf8", 1, end);
  switch (String.fromCharCode(bytes[0])) {
    case "+":
      return line;
    case "-":
      return new Error(line);
    case ":":
      return Number(line);
    case "$": {
      if (line === "-1") return null;
      const [from, to] = [end + 2, end + 2 + Number(line)];
      return bytes.length < to + 2 ? undefined : bytes.toString("utf8", from, to);
    }
    default:
      return new Error(`a reply of another kind: ${bytes.toString("utf8", 0, end)}`);
  }
}

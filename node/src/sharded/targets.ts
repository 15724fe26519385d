// Where a command goes: to the node of its keys, split over several, to all, or to the next that a cursor names.

import { type CommandKind, commandRoute, type Key, KeyhomeError, scanNext, scanTarget } from "../index.js";
import { commonHome, keyPlaces, type Part, partsByKey } from "./command-parts.js";
import type { LivePlacement } from "./live-placement.js";

/** Told to people who want what only a single server can do. */
const ADVICE = "it is about one server or one connection; ask one of `nodes()` for it";

/**
 * The one node of a command, where its kind has one key at a fixed place: what nearly all commands are.
 *
 * @returns undefined for any other command
 * @throws KeyhomeError as for {@link LivePlacement.home}
 */
export function homeOfOnlyKey(args: readonly Key[], kind: CommandKind, placement: LivePlacement): number | undefined {
  const place = kind.only_key;
  if (place === null || place > args.length || kind.fan_out !== "home") return undefined;
  return placement.home(args[place - 1]!);
}

/**
 * What each node is asked. A part whose `args` are the very array that was given is the whole command.
 *
 * @param name - the command's
 * @param args - its words without the name
 * @throws KeyhomeError `client.nodes`, `client.unsupported`, `command.arguments`, `pool.ejected`, those of `Router.index`
 */
export function targetsOf(name: string, args: Key[], kind: CommandKind, placement: LivePlacement): Part[] {
  const home = (key: Key) => placement.home(key);
  const whole = (node: number): Part[] => [{ node, args, places: [] }];
  switch (kind.fan_out) {
    case "home":
      return whole(commonHome(name, args, keyPlaces(name, args, kind), placement) ?? anyNode(placement));
    case "split": {
      const parts = partsByKey(name, args, kind, home);
      if (parts.length === 0) return whole(anyNode(placement));
      return parts.length === 1 ? whole(parts[0]!.node) : parts;
    }
    case "channel": {
      const channels = commandRoute([name, ...args]).channels.map((position) => position - 1);
      return whole(commonHome(name, args, channels, placement) ?? anyNode(placement));
    }
    case "any":
      return whole(anyNode(placement));
    case "all_primaries":
    case "all_nodes":
      return liveNodes(placement).map((node) => ({ node, args, places: [] }));
    case "cursor":
      return [scanPart(args, placement)];
    default:
      throw new KeyhomeError("client.unsupported", `${kind.command} has no meaning over several nodes: ${ADVICE}`);
  }
}

/** The nodes that take part; there is at least one. */
function liveNodes(placement: LivePlacement): number[] {
  placement.refresh();
  const live = placement.live();
  if (live.length === 0) throw new KeyhomeError("pool.ejected", "all nodes have failed and are left alone for now");
  return live;
}

function anyNode(placement: LivePlacement): number {
  return liveNodes(placement)[0]!;
}

/** The next node of a SCAN; those that are out are passed over, for their keys cannot be read now. */
function scanPart(args: readonly Key[], placement: LivePlacement): Part {
  liveNodes(placement);
  const cursor = passedOver(String(args[0]), placement);
  const { node, cursor: own } = scanTarget(cursor, placement.count);
  return { node, args: [own, ...args.slice(1)], places: [], cursor };
}

/**
 * The reply of a SCAN over all nodes, from that of one.
 *
 * @param cursor - that of the part that was sent
 */
export function scanReply(cursor: string, reply: readonly unknown[], placement: LivePlacement): unknown[] {
  const answered = scanNext(cursor, String(reply[0]), placement.count);
  const next = answered === "0" ? answered : passedOver(answered, placement);
  return [Buffer.isBuffer(reply[0]) ? Buffer.from(next) : next, ...reply.slice(1)];
}

/** The first cursor from this one on whose node takes part; `"0"` where there is none. */
function passedOver(cursor: string, placement: LivePlacement): string {
  let at = cursor;
  while (!placement.isLive(scanTarget(at, placement.count).node)) {
    at = scanNext(at, "0", placement.count);
    if (at === "0") break;
  }
  return at;
}

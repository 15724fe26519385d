// What the view shows, to be taken along.

import type { Router } from "keyhome";
import { rowsSvg } from "../../drawing/rows.ts";
import type { Exported } from "../../page/Exports.tsx";
import { configWords, keyWords, keyhomeCommand, quoted } from "../../page/command.ts";
import { csvOf } from "../../text/csv.ts";
import { SAMPLE, type Said } from "./rules.ts";

/** Servers whose configs a shell line still carries. */
const MOST_NODES = 50;

export function exported(router: Router, said: readonly Said[]): Exported {
  return {
    name: "keyhome-dialects",
    command: commandOf(router, said),
    json: () =>
      said.map(({ title, isOwn, config, pool, same, isSame, said }) => ({
        rule: title,
        ...(isOwn ? {} : { config, pool, same: same.answer, of: SAMPLE, always: isSame }),
        ...(said.answer ?? { error: said.error?.code }),
      })),
    csv: () => csvOf(rowsOf(said)),
    svg: () => rowsSvg(`${shownKey(said)} under several rules`, rowsOf(said)),
  };
}

function shownKey(said: readonly Said[]): string {
  const answer = said.find((rule) => rule.said.answer !== undefined)?.said.answer;
  return answer?.key ?? answer?.key_hex ?? "A key";
}

/** A rule a row, below the names of the columns. */
function rowsOf(said: readonly Said[]): string[][] {
  const rows = said.map(({ title, isOwn, same, said: { answer, error } }) => [
    title,
    answer?.node ?? error?.code ?? "",
    answer?.address ?? "",
    answer?.dialect ?? "",
    answer?.hash?.algorithm ?? "",
    String(answer?.hash?.value ?? ""),
    isOwn ? "" : String(same.answer ?? ""),
  ]);
  return [["rule", "node", "address", "dialect", "hash", "value", `same of ${SAMPLE}`], ...rows];
}

/** A line for the config, and one for each rule, whose config comes by a pipe. */
function commandOf(router: Router, said: readonly Said[]): string {
  const own = keyhomeCommand("explain", ...configWords(), ...keyWords());
  if (router.nodes.length > MOST_NODES) return own;
  const others = said.filter((rule) => !rule.isOwn && rule.router.answer !== undefined);
  const explain = keyhomeCommand("explain", "-c", "-", ...keyWords());
  return [own, ...others.map((rule) => `printf %s ${quoted(rule.config)} | ${explain}`)].join("\n");
}

// The page and its worker are one script: the worker is made from the page's own text, so that nothing has to be fetched.

import * as keyhome from "keyhome";
import { render } from "preact";
import { Page } from "./page/Page.tsx";
import { followTheme } from "./page/theme.ts";
import "./page/page.css";
import { followLink } from "./state/link.ts";
import { serveJobs } from "./work/worker.ts";

async function openPage(): Promise<void> {
  const root = document.getElementById("explorer");
  if (root === null) throw new Error("the page has no #explorer");
  followTheme();
  try {
    await keyhome.init();
  } catch (error) {
    root.textContent = `The page cannot start here: ${error instanceof Error ? error.message : String(error)}`;
    return;
  }
  // For the console, as the page says at its foot.
  Object.assign(globalThis, { keyhome });
  await followLink();
  render(<Page />, root);
}

if (typeof document === "undefined") serveJobs();
else void openPage();

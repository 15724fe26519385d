// How much room the package takes that everybody installs, whatever the platform.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Project, main } from "./projects.mjs";

test("the package is small without the addon", () => {
  const project = new Project().install("npm", [main]);
  const size = project.size("node_modules/keyhome");
  console.log(`keyhome: ${size} bytes unpacked`);
  project.remove();
  assert.ok(size < 300_000, `${size} bytes unpacked; it may have 300,000`);
});

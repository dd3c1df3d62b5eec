// @ts-check
/**
 * `npm run types`: writes src/api/schema.d.ts from the API's own OpenAPI document.
 * `npm run types:check`: fails when the committed one is not what the API says now.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import openapiTypescript, { astToString } from "openapi-typescript";

const OUT = new URL("../src/api/schema.d.ts", import.meta.url);
const ROOT = new URL("../..", import.meta.url);
const python = process.env.DASHBOARD_PYTHON ?? new URL(".venv/bin/python", ROOT).pathname;

const document = execFileSync(python, ["-m", "api.openapi"], {
  cwd: ROOT,
  encoding: "utf8",
  maxBuffer: 2 ** 26,
});
// Fields with a default are always in an answer, so they are not optional here.
const nodes = await openapiTypescript(JSON.parse(document), { alphabetize: true, defaultNonNullable: true });
const made = `/** Made by \`npm run types\` from the API's OpenAPI document. Do not edit. */\n\n${astToString(nodes)}`;

if (!process.argv.includes("--check")) {
  writeFileSync(OUT, made);
} else if (readFileSync(OUT, "utf8") !== made) {
  console.error("src/api/schema.d.ts is not what the API says: run `npm run types` and commit it");
  process.exit(1);
}

// @ts-check
/**
 * A Chromium for the browser tests that needs no root and no download of its own: on Linux (x86-64) the one that npm's
 * `@sparticuz/chromium` carries; elsewhere, or where DASHBOARD_BROWSER_CHANNEL says so, an installed Chrome.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const CACHE = new URL("../node_modules/.cache/", import.meta.url);
const PACKAGE = new URL("../node_modules/@sparticuz/chromium/package.json", import.meta.url);
/** A container's /dev/shm is small and its user often root; a test needs neither a GPU nor Google's services. */
const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
];

/** @returns {import("@playwright/test").LaunchOptions} */
export function launchOptions() {
  const channel = process.env.DASHBOARD_BROWSER_CHANNEL;
  if (channel !== undefined || process.platform !== "linux" || process.arch !== "x64") {
    return { channel: channel ?? "chrome" };
  }
  const folder = unpacked();
  const executablePath = `${folder}/chromium`;
  return { executablePath, args: ARGS, env: { ...environment(), ...libraries(executablePath, folder) } };
}

/** Unpacked once a version, beside the final place and then renamed: a run that was stopped half-way leaves no half browser. */
function unpacked() {
  const { version } = JSON.parse(readFileSync(PACKAGE, "utf8"));
  const folder = fileURLToPath(new URL(`chromium-${version}`, CACHE));
  if (existsSync(folder)) return folder;
  const partial = `${folder}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  // It unpacks into the temporary folder, and its shared libraries only where it believes to be on AWS Lambda.
  const env = { ...process.env, TMPDIR: partial, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs20.x" };
  const script = 'await (await import("@sparticuz/chromium")).default.executablePath()';
  execFileSync(process.execPath, ["--input-type=module", "-e", script], {
    env,
    cwd: fileURLToPath(new URL("..", import.meta.url)),
  });
  try {
    renameSync(partial, folder);
  } catch (error) {
    // Another run was quicker, and its copy is as good.
    rmSync(partial, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** The libraries it brings along, where the machine lacks some; mixing in more than needed breaks other programs' own. */
function libraries(/** @type {string} */ executable, /** @type {string} */ folder) {
  const lacking = execFileSync("ldd", [executable], { encoding: "utf8" }).includes("not found");
  const fonts = existsSync("/etc/fonts/fonts.conf") ? {} : { FONTCONFIG_PATH: `${folder}/fonts` };
  return lacking ? { ...fonts, LD_LIBRARY_PATH: `${folder}/al2023/lib` } : fonts;
}

/** @returns {Record<string, string>} */
function environment() {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

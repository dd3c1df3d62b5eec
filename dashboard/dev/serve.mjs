// @ts-check
/** `npm run fake [scenario]`: the fake API on port 8800 (DASHBOARD_FAKE_PORT), with the built page. */
import { FakeApi, MANAGER, PASSWORD, STEWARD } from "./fake.mjs";
import { SCENARIOS } from "./world.mjs";

const scenario = SCENARIOS.find((name) => name === process.argv[2]) ?? "ok";
const port = Number(process.env.DASHBOARD_FAKE_PORT ?? 8800);
const url = await new FakeApi({ port, scenario, frames: process.env.DASHBOARD_FAKE_FRAMES }).start();
console.log(`${url}   sign in as ${STEWARD} or ${MANAGER}, password "${PASSWORD}"`);
console.log(`change it: ${url}/fake/scenario/(${SCENARIOS.join("|")})  ${url}/fake/link/(up|silent|down)`);

import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The API that `npm run dev` talks to: a running `make run`, or `npm run fake`.
const api = process.env.DASHBOARD_API ?? "http://127.0.0.1:8800";

export default defineConfig({
  plugins: [react()],
  build: { target: "es2022", sourcemap: true },
  server: {
    host: "127.0.0.1",
    proxy: {
      "/api": api,
      "/auth": api,
      "/live": { target: api, ws: true },
    },
  },
});

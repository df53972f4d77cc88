import { readdirSync } from "node:fs";
import { defineConfig } from "vite";

// Pages are rendered on the server. Each file that stands directly in src/ is one that a page links to;
// the manifest tells the server the hashed names.
const entries = readdirSync("src", { withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(css|ts)$/.test(entry.name))
  .map((entry) => `src/${entry.name}`);

export default defineConfig({
  base: "/static/",
  build: {
    outDir: "dist",
    emptyOutDir: true,
    manifest: true,
    modulePreload: false,
    target: "es2020",
    cssTarget: ["chrome90", "safari14", "firefox90"],
    assetsInlineLimit: 0,
    rolldownOptions: { input: entries },
  },
});

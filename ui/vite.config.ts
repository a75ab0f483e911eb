import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import { defineConfig } from "vitest/config";
import type { Plugin } from "vite";
import { pictures } from "./tests/browser/pictures.ts";

// Mode `fake` builds the same page around an in-memory host (src/lib/host/fake): for screenshots and for work on the looks
// without a window. What ships must not contain it, so a production build that does fails.
export default defineConfig(({ mode }) => ({
  plugins: [svelte(), mode === "test" ? svelteTesting() : null, mode === "production" ? withoutFake() : pictures()],
  resolve: { alias: { $lib: fileURLToPath(new URL("src/lib", import.meta.url)) } },
  server: { port: 5173, strictPort: true },
  // WebKitGTK 2.40 and Safari 17 are the oldest engines the window meets. Nothing is inlined: the CSP has no data: scripts.
  build: {
    target: ["safari17", "chrome120"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
  },
  test: {
    testTimeout: 30_000,
    environment: "jsdom",
    include: ["src/**/*.test.ts", "tests/unit/**/*.test.ts"],
    setupFiles: ["tests/unit/setup.ts"],
  },
}));

function withoutFake(): Plugin {
  return {
    name: "without-fake",
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        const fake = chunk.type === "chunk" && chunk.moduleIds.find((id) => id.includes("/host/fake/"));
        if (fake) this.error(`the fake host would ship: ${fake}`);
      }
    },
  };
}

import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import imports from "eslint-plugin-import-x";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

const tauri = { group: ["@tauri-apps/*"], message: "Only src/lib/host speaks to Tauri: ask the Host instead." };
/** @returns {import("eslint").Linter.RulesRecord} */
const lower = (/** @type {string[]} */ group, /** @type {string} */ message) => ({
  "no-restricted-imports": ["error", { patterns: [tauri, { group, message }] }],
});

export default ts.config(
  { ignores: ["dist", "dist-fake", "src/lib/api/generated.ts"] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  prettier,
  ...svelte.configs.prettier,
  {
    // The parser option is for components that a .ts file imports: the cycle rule reads them with that file's options.
    languageOptions: { globals: { ...globals.browser, ...globals.node }, parserOptions: { parser: ts.parser } },
    plugins: { "import-x": imports },
    settings: {
      "import-x/resolver-next": [createTypeScriptImportResolver({ project: "./tsconfig.json" })],
      "import-x/parsers": { "@typescript-eslint/parser": [".ts"], "svelte-eslint-parser": [".svelte"] },
      "import-x/extensions": [".ts", ".svelte"],
    },
    rules: {
      "no-undef": "off", // TypeScript knows better
      "no-console": "error",
      eqeqeq: "error",
      "import-x/no-cycle": "error",
      "import-x/no-self-import": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-imports": "error",
      "no-restricted-imports": ["error", { patterns: [tauri] }],
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
    rules: {
      "svelte/no-unused-props": "error",
      "svelte/no-at-html-tags": "error",
      "prefer-const": "off",
      "svelte/prefer-svelte-reactivity": "off",
    },
  },
  // Direction: ui and format know no subject, subjects know no app, nobody below views knows a view.
  {
    files: ["src/lib/ui/**"],
    rules: lower(["$lib/*", "!$lib/ui", "!$lib/ui/*"], "Buttons and toasts know no subject."),
  },
  {
    files: ["src/lib/**"],
    ignores: ["src/lib/ui/**", "src/lib/app/**", "src/lib/host/**"],
    rules: lower(
      ["$lib/app/*", "**/views/*"],
      "A subject does not know the app around it: take what you need as an argument.",
    ),
  },
  { files: ["src/lib/host/**"], rules: { "no-restricted-imports": "off" } },
  { files: ["tests/browser/**"], rules: { "no-console": "off" } },
);

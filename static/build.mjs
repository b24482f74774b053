// Builds static/dist/ from static/: `npm ci --ignore-scripts`, then `node static/build.mjs`.
import { cp, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

await rm(here("dist"), { recursive: true, force: true });
await build({
  entryPoints: ["css/console.css", "js/theme.js", "js/console.js", "js/editor.js", "js/webauthn.js"].map(here),
  outdir: here("dist"),
  entryNames: "[name]",
  assetNames: "fonts/[name]", // Django's manifest storage adds the hash
  loader: { ".woff2": "file" },
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  legalComments: "eof",
  logLevel: "warning",
});
await cp(here("img"), here("dist"), { recursive: true });

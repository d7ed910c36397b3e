/** Builds the window: renderer/ to dist/renderer. */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const at = (path: string) => new URL(path, import.meta.url).pathname;

export default defineConfig({
  root: at('renderer'),
  base: './',
  plugins: [svelte()],
  build: {
    outDir: at('dist/renderer'),
    emptyOutDir: true,
    target: 'chrome140',
    sourcemap: false,
    assetsInlineLimit: 0,
  },
});

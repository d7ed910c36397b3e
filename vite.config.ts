/**
 * `vite build` makes everything that the app runs: the window, Electron's main process with the trainer and the threads
 * that read files and compute, and the preload script. Scripts of processes and threads stand beside what starts them
 * (shared/entry.ts).
 */
import { builtinModules } from 'node:module';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type EnvironmentOptions } from 'vite';
import { apiVerbs } from './shared/api.ts';

const at = (path: string) => new URL(path, import.meta.url).pathname;

/** Found at run time in the app's node_modules: native, WebAssembly, or with data files beside the code. */
const external = [
  /^(@tensorflow|@itk-wasm)\//,
  /^(electron|better-sqlite3|webgpu|itk-wasm|pdfkit)$/,
  /^node:/,
  ...builtinModules,
];

function node(
  outDir: string,
  input: Record<string, string>,
  { format = 'es' as 'es' | 'cjs', emptyOutDir = true } = {},
): EnvironmentOptions {
  return {
    consumer: 'server',
    resolve: { noExternal: true },
    build: {
      outDir: at(outDir),
      emptyOutDir,
      ssr: true,
      target: 'node24',
      minify: false, // stack traces that can be read; the size is in the packages
      rolldownOptions: {
        input,
        external,
        output: { format, entryFileNames: format === 'cjs' ? '[name].cjs' : '[name].js', chunkFileNames: '[name].js' },
      },
    },
  };
}

export default defineConfig({
  root: at('renderer'),
  base: './',
  plugins: [svelte()],
  environments: {
    client: {
      build: { outDir: at('dist/renderer'), emptyOutDir: true, target: 'chrome140', assetsInlineLimit: 0 },
    },
    main: node('dist/main', { main: at('electron/main.ts'), trainer: at('electron/engine/trainer.ts') }),
    // Files of their own, without chunks shared with main: they are unpacked beside the archive.
    fileThread: node('dist/main', { 'file-worker': at('electron/imaging/file-worker.ts') }, { emptyOutDir: false }),
    engineThread: node(
      'dist/main',
      { 'engine-thread': at('electron/engine/wasm/engine-thread.ts') },
      { emptyOutDir: false },
    ),
    preload: {
      ...node('dist/preload', { preload: at('electron/preload.ts') }, { format: 'cjs' }),
      define: { VERB_NAMES: JSON.stringify(Object.keys(apiVerbs)) }, // the names alone, without the schemas
    },
  },
  builder: {
    async buildApp(builder) {
      for (const name of ['client', 'main', 'fileThread', 'engineThread', 'preload'])
        await builder.build(builder.environments[name]);
    },
  },
});

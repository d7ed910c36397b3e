/**
 * The packages that the built app finds at run time, with the files that it loads of them. Everything else of
 * JavaScript is inside of the build. A package that is missing here shows in the test of the packaged app.
 */
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const files: Record<string, string[]> = {
  // SQLite
  'better-sqlite3': ['lib/**', `prebuilds/${process.platform}-${process.arch}.node`],
  // TensorFlow.js, its builds for Node
  '@tensorflow/tfjs': ['dist/tf.node.js'],
  '@tensorflow/tfjs-core': ['dist/tf-core.node.js'],
  '@tensorflow/tfjs-layers': ['dist/tf-layers.node.js'],
  '@tensorflow/tfjs-converter': ['dist/tf-converter.node.js'],
  '@tensorflow/tfjs-data': ['dist/tf-data.node.js'],
  '@tensorflow/tfjs-backend-cpu': ['dist/tf-backend-cpu.node.js'],
  '@tensorflow/tfjs-backend-webgl': ['dist/tf-backend-webgl.node.js'],
  '@tensorflow/tfjs-backend-wasm': ['dist/tf-backend-wasm.node.js', 'dist/tfjs-backend-wasm-simd.wasm'],
  '@tensorflow/tfjs-backend-webgpu': ['dist/tf-backend-webgpu.node.js'],
  // Dawn, and on Windows the libraries beside it
  webgpu: [
    'index.js',
    `dist/${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}/*.{node,dll}`,
  ],
  // TensorFlow's own library is no part of the app: a site's IT sets it up beside it. This is what speaks to it.
  '@tensorflow/tfjs-node-gpu': [
    'dist/{register_all_kernels,nodejs_kernel_backend,int64_tensors}.js',
    'dist/{kernels,proto}/*.js',
  ],
  'google-protobuf': ['google-protobuf.js'],
  long: ['src/long.js'],
  seedrandom: ['index.js', 'seedrandom.js', 'lib/*.js'],
  // ITK, with the pipelines of the formats that are read and written
  'itk-wasm': ['dist/!(*embedded*).js', 'dist/{deprecated,interface-types,pipeline,worker-pool}/**/*.js'],
  '@itk-wasm/image-io': ['dist/*.js', 'dist/pipelines/{nifti,nrrd,meta,gdcm}-*'],
  '@itk-wasm/dicom': [
    'dist/*.js',
    'dist/pipelines/{read-dicom-tags,read-image-dicom-file-series,write-segmentation}.*',
  ],
  '@thewtex/zstddec': ['dist/zstddec.modern.js'],
  'mime-types': ['index.js'],
  'mime-db': ['index.js', 'db.json'],
  // PDF
  '@expo-google-fonts/inter': ['{400Regular,600SemiBold}/*.ttf'],
  pdfkit: ['js/pdfkit.node.mjs', 'js/data/*.icc'],
  '@noble/hashes': ['esm/*.js', 'esm/package.json'],
  '@noble/ciphers': ['esm/*.js', 'esm/package.json'],
  '@swc/helpers': ['esm/_define_property.js', 'esm/_ts_decorate.js'],
  fontkit: ['dist/module.mjs'],
  'unicode-properties': ['dist/module.mjs'],
  linebreak: ['dist/module.mjs', 'node_modules/base64-js/{package.json,lib/b64.js}'],
  restructure: ['index.js', 'src/*.js'],
  brotli: ['*.js', 'dec/*.js'],
  'png-js': ['lib/*.js'],
  'base64-js': ['index.js'],
  'unicode-trie': ['*.js'],
  'tiny-inflate': ['index.js'],
  'fast-deep-equal': ['index.js'],
  clone: ['clone.js'],
  dfa: ['index.js'],
};

/** How a package says where its modules are; what it says of its own development stays behind. */
const kept = ['name', 'version', 'license', 'type', 'main', 'module', 'exports', 'imports'];

/** npm leaves them out where they do not install. */
const optional = ['@tensorflow/tfjs-node-gpu', 'google-protobuf'];

const nodeModules = join(import.meta.dirname, '..', 'node_modules');

export const runTimePackages = Object.keys(files).filter(
  (name) => !optional.includes(name) || existsSync(join(nodeModules, name)),
);

/** Copies them from one node_modules folder into another. Throws where a package has not one of the files named. */
export function copyRunTimePackages(from: string, to: string): void {
  for (const name of runTimePackages) {
    for (const pattern of files[name]) {
      const found = globSync(pattern, { cwd: join(from, name), withFileTypes: true }).filter((entry) => entry.isFile());
      if (found.length === 0) throw new Error(`${name} has no ${pattern}`);
      for (const { parentPath, name: file } of found) {
        const source = join(parentPath, file);
        const target = source.replace(from, to);
        mkdirSync(dirname(target), { recursive: true });
        cpSync(source, target);
      }
    }
    const own = Object.entries(JSON.parse(readFileSync(join(from, name, 'package.json'), 'utf8')));
    const text = JSON.stringify(Object.fromEntries(own.filter(([key]) => kept.includes(key))));
    writeFileSync(join(to, name, 'package.json'), text);
  }
}

/**
 * The code that sees pixels has no way to the network: what the trainer and the readers of images are made of, and what
 * that imports from the rest of the house, names none of Node's network modules and none of the globals that open a
 * connection.
 */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const folders = ['electron/engine', 'electron/learning', 'electron/imaging'];

/**
 * A command of its own, which fetches a library when somebody asks for it; tests/imports.test.ts keeps the app from it.
 */
const exception = 'electron/engine/tensorflow/setup/';

const modules = ['net', 'http', 'https', 'http2', 'tls', 'dgram', 'dns'];
const globals = ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'];

const names = modules.join('|');
const namedModule = new RegExp(`^node:(${names})(/|$)`);
const bareModule = new RegExp(`^(${names})(/|$)`);

describe('the code that sees pixels', () => {
  const files = filesToHold();

  it('is read at all, with what it imports from elsewhere', () => {
    expect(files.length).toBeGreaterThan(150);
    expect(files).toEqual(expect.arrayContaining(['electron/engine/trainer.ts', 'electron/storage/volume-file.ts']));
    expect(files.filter((file) => file.startsWith(exception))).toEqual([]);
  });

  it('has no way to the network', () => {
    const found = files.flatMap((file) => networkUses(textOf(file)).map((use) => `${file}: ${use}`));
    expect(found).toEqual([]);
  });

  it('would have one in the command that fetches from it', () => {
    expect(networkUses(textOf(`${exception}sources.ts`))).toContain('fetch');
  });
});

describe('a way to the network is found', () => {
  const specifiers = modules.flatMap((name) => [name, `node:${name}`]);

  it.each([...specifiers, 'dns/promises', 'node:dns/promises'])('in %s, however it is loaded', (specifier) => {
    for (const text of [
      `import '${specifier}';`,
      `import all from "${specifier}";`,
      `import * as all from '${specifier}';`,
      `import { connect as open } from '${specifier}';`,
      `import type { Socket } from '${specifier}';`,
      `import all = require('${specifier}');`,
      `export { connect } from '${specifier}';`,
      `export * from '${specifier}';`,
      `const all = await import('${specifier}');`,
      `const all = await import(\`${specifier}\`);`,
      `const all: typeof import('${specifier}') = given;`,
      `const all = require('${specifier}');`,
      `const all = createRequire(import.meta.url)('${specifier}');`,
      `const all = process.getBuiltinModule('${specifier}');`,
    ]) {
      expect(networkUses(text), text).toEqual([specifier]);
    }
  });

  it.each(globals)('in %s, however it is reached', (name) => {
    for (const text of [
      `${name}(address);`,
      `new ${name}(address);`,
      `const open = ${name};`,
      `globalThis.${name}(address);`,
      `globalThis?.${name}(address);`,
      `globalThis['${name}'](address);`,
      `global.${name}(address);`,
      `window.${name}(address);`,
      `self.${name}(address);`,
      `const { ${name}: open } = globalThis;`,
      `Reflect.get(globalThis, '${name}');`,
      `export { ${name} };`,
    ]) {
      expect(networkUses(text), text).toEqual([name]);
    }
  });

  it('in a module whose name is put together', () => {
    expect(networkUses(`await import(\`node:\${name}\`);`)).toEqual(['node:']);
    expect(networkUses("require('node:' + name);")).toEqual(['node:']);
  });

  it('nowhere else: not in comments, in longer words, in other modules', () => {
    const text = `
      // fetch the next one by http, as import('node:net') would
      /** WebSocket */
      import { readFileSync } from 'node:fs';
      import { network } from './network/net.ts';
      const words = 'it is for the net to fetch';
      const prefetch = network.https;
    `;
    expect(networkUses(text)).toEqual([]);
  });
});

/** What of the network a source text names. */
function networkUses(text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isIdentifier(node) && globals.includes(node.text)) found.push(node.text);
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node)) {
      const isNamed = namedModule.test(node.text) || globals.includes(node.text) || node.text === 'node:';
      if (isNamed || (isSpecifier(node) && bareModule.test(node.text))) found.push(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('text.ts', text, ts.ScriptTarget.Latest, true));
  return found;
}

/** Whether a module may be loaded by this text: it stands in an import, or something is called with it. */
function isSpecifier({ parent }: ts.Node): boolean {
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent) || ts.isExternalModuleReference(parent))
    return true;
  return ts.isLiteralTypeNode(parent) || ts.isCallExpression(parent);
}

/** Every file of the folders but tests, and every file of the project that these import. */
function filesToHold(): string[] {
  const found = new Set(
    folders
      .flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: root }))
      .filter((file) => !file.endsWith('.test.ts') && !file.startsWith(exception)),
  );
  for (const file of found) {
    for (const { fileName } of ts.preProcessFile(textOf(file)).importedFiles) {
      if (fileName.startsWith('.') && fileName.endsWith('.ts')) found.add(join(dirname(file), fileName));
    }
  }
  return [...found];
}

function textOf(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

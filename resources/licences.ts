/** The licences of what is packaged: Isocenter, Electron, the packages inside of the build and those beside it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import type { LicenceText } from '../shared/api/settings.ts';

/** Notes of which packages something came into the build. */
export function packageNotes(): { plugin: Plugin; names: Set<string> } {
  const names = new Set<string>();
  const plugin: Plugin = {
    name: 'package-notes',
    generateBundle(_options, bundle) {
      for (const part of Object.values(bundle)) {
        const files = part.type === 'chunk' ? part.moduleIds : part.originalFileNames;
        for (const file of files) {
          const name = file.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1];
          if (name !== undefined) names.add(name);
        }
      }
    },
  };
  return { plugin, names };
}

/** Isocenter first, then by name. Throws where a package says nothing of its licence. */
export function licencesOf(root: string, names: Iterable<string>): LicenceText[] {
  const all = [...new Set(['electron', ...names])].toSorted();
  return [licenceOf(root, 'Isocenter'), ...all.map((name) => licenceOf(join(root, 'node_modules', name), name))];
}

function licenceOf(folder: string, name: string): LicenceText {
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|ofl|notice)/i.test(file));
  const texts = files.toSorted().map((file) => readFileSync(join(folder, file), 'utf8').trim());
  if (license === undefined && texts.length === 0) throw new Error(`the package ${name} says nothing of its licence`);
  return { name, version, licence: license ?? 'see its text', text: texts.join('\n\n') };
}

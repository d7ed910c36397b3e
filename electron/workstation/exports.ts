/** Files that a person asked for, kept in the site's folder until they are taken away or the program ends. */
import { randomBytes } from 'node:crypto';
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ExportedFile } from '../../shared/api/review.ts';
import { fault } from '../../shared/errors.ts';
import { makePrivateFolder } from '../storage/atomic-file.ts';

const types: Record<string, string> = {
  gz: 'application/gzip',
  dcm: 'application/dicom',
  html: 'text/html; charset=utf-8',
  pdf: 'application/pdf',
  jsonl: 'application/jsonl; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
};
const LONGEST = 80; // characters of a name before its ending

export interface KeptExport extends ExportedFile {
  file: string;
  type: string; // for HTTP
}

export class Exports {
  readonly #folder: string;
  readonly #kept = new Map<string, KeptExport>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Has `write` make a file; its name is `title` as far as files can be called so, and `ending`. */
  async make(title: string, ending: string, write: (file: string) => Promise<void> | void): Promise<ExportedFile> {
    const id = randomBytes(8).toString('hex');
    const folder = join(this.#folder, id);
    makePrivateFolder(folder);
    const name = `${fileName(title)}${ending}`;
    const file = join(folder, `file${ending}`);
    try {
      await write(file);
      const { size } = statSync(file);
      const exported = { id, name, bytes: size, address: `site/exports/${id}/${encodeURIComponent(name)}` };
      this.#kept.set(id, { ...exported, file, type: types[ending.split('.').at(-1) ?? ''] });
      return exported;
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Throws `site.no-export`. */
  get(id: string): KeptExport {
    const kept = this.#kept.get(id);
    if (!kept) throw fault('site.no-export', { id });
    return kept;
  }

  /** Those of this program; another one may have the site open. */
  clear(): void {
    for (const id of this.#kept.keys()) rmSync(join(this.#folder, id), { recursive: true, force: true });
    this.#kept.clear();
  }
}

/** Letters and digits of any script, and what no system takes amiss. */
function fileName(title: string): string {
  const plain = title.replace(/[^\p{L}\p{N}_.-]+/gu, '-').replace(/^[-.]+|[-.]+$/g, '');
  return plain.slice(0, LONGEST) || 'export';
}

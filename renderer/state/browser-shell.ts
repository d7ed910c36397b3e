/** What a browser does in place of a desktop shell: asks for paths in the page, uploads what is dropped, downloads. */
import { ApiError } from '../../shared/api.ts';
import type { UploadAnswer } from '../../shared/host-wire.ts';
import type { Shell } from '../../shared/shell.ts';
import { texts } from '../texts/index.ts';
import { picker } from './picker.svelte.ts';

const AT_ONCE = 4; // files on their way

export const browserShell: Shell = {
  kind: 'browser',

  choose: (what) => picker.ask(what),

  /** Each file, or the outermost folder that it was dropped with. */
  async pathsOf(files) {
    const batch = crypto.randomUUID();
    const paths = new Set<string>();
    const waiting = [...files];
    const uploadNext = async () => {
      for (let file = waiting.shift(); file; file = waiting.shift()) {
        const name = file.webkitRelativePath || file.name;
        const path = await upload(batch, name, file);
        const inner = name.split('/').length - 1;
        paths.add(
          inner === 0
            ? path
            : path
                .split(/[/\\]/)
                .slice(0, -inner)
                .join(path.includes('\\') ? '\\' : '/'),
        );
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, uploadNext));
    return [...paths];
  },

  async save(file) {
    const link = document.createElement('a');
    link.href = file.address;
    link.download = file.name;
    link.click();
    return true;
  },
};

async function upload(batch: string, name: string, file: File): Promise<string> {
  const address = `/site/uploads/${batch}/${name.split('/').map(encodeURIComponent).join('/')}`;
  let reason: string;
  try {
    const response = await fetch(address, { method: 'PUT', body: file });
    if (response.ok) return ((await response.json()) as UploadAnswer).path;
    reason = (await response.text()).trim();
  } catch {
    reason = texts.app.callLost;
  }
  throw new ApiError({
    code: 'window.upload-failed',
    message: texts.app.uploadFailed.replace('{name}', name).replace('{reason}', reason),
    next: texts.app.uploadFailedNext,
  });
}

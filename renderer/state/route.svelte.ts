/** Which page is open, kept in the address (`#/viewer/ID?map=MAP`), so that back, reload and links work. */
import { type PageName, pages } from '../../shared/shell.ts';

export { type PageName, pages };

class Route {
  page = $state<PageName>('volumes');
  id = $state<string | null>(null); // what the page is about: a volume, a model, a run
  query = $state.raw(new URLSearchParams());

  constructor() {
    this.#read();
    window.addEventListener('hashchange', () => this.#read());
  }

  #read(): void {
    const [path, query = ''] = window.location.hash.replace(/^#\/?/, '').split('?');
    const [page, id] = path.split('/');
    this.page = pages.find((name) => name === page) ?? 'volumes';
    this.id = id ? decodeURIComponent(id) : null;
    this.query = new URLSearchParams(query);
  }
}

export const route = new Route();

/** The address of a page, for links. */
export function addressOf(page: PageName, id?: string, query?: Record<string, string>): string {
  const rest = query ? `?${new URLSearchParams(query)}` : '';
  return `#/${page}${id === undefined ? '' : `/${encodeURIComponent(id)}`}${rest}`;
}

export function open(page: PageName, id?: string, query?: Record<string, string>): void {
  window.location.hash = addressOf(page, id, query);
}

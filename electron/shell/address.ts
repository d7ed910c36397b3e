/** The window's own address. It is a scheme of the app's own, so that pages have an origin and no file is reachable. */
export const SCHEME = 'app';
export const HOST = 'isocenter';
export const PAGE = `${SCHEME}://${HOST}/`;

/** The window's page itself, whatever part of it is open; nothing else below its origin. */
export function isOwnPage(address: string): boolean {
  return URL.canParse(address) && address.split(/[?#]/)[0] === PAGE;
}

/**
 * For every browser that tests start: a machine without a language gives Chromium one that JavaScript does not know.
 */
export const LANGUAGE = { LANG: 'en_US.UTF-8', LC_ALL: 'en_US.UTF-8' };

/** The names under which the preload script and the gate speak. Pages never see them. */
export const channels = { site: 'site', shell: 'shell', event: 'event' } as const;

/** The few pages that a host shows before the window: one that leads into it, and what stands in its place. */

/** Leads on from a page of the host's own, so that the strict cookie goes along wherever the link was clicked. */
export function entryPage(pageKey: string): string {
  return page('Isocenter', '', `<meta http-equiv="refresh" content="0; url=/#key=${pageKey}" />`);
}

export const closedPage = page(
  'This link opens nothing any more',
  `<p>Each link that Isocenter prints is good for one browser, once, and only until Isocenter is closed.</p>
<p>Press Enter in the terminal where Isocenter runs: it prints a new one. If it runs no longer, start it again.</p>`,
);

function page(title: string, body: string, head = ''): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8" /><meta name="color-scheme" content="dark" />${head}<title>${title}</title></head>
<body><main><h1>${title}</h1>${body}</main></body>
</html>
`;
}

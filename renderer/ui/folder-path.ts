/** The folders that a path leads through, outermost first, of a machine with either kind of slash. */
export function parentsOf(path: string): { name: string; path: string }[] {
  const slash = path.startsWith('/') ? '/' : '\\';
  const parts = path.split(slash).filter((part) => part !== '');
  const parents = slash === '/' ? [{ name: '/', path: '/' }] : [];
  for (const [index, name] of parts.entries()) {
    const inside = parts.slice(0, index + 1).join(slash);
    parents.push({ name, path: slash === '/' ? `/${inside}` : index === 0 ? `${inside}${slash}` : inside });
  }
  return parents;
}

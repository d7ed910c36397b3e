/** Runs of equal label numbers along the first axis, background left out. */

/**
 * Calls `visit` for every run, in the order of voxels; `end` is after the run, which ends with its line of `width`
 * voxels at the latest. Background is passed over four voxels at a time: most of most label maps is nothing else.
 */
export function eachRun(
  voxels: Uint8Array,
  width: number,
  visit: (label: number, start: number, end: number) => void,
): void {
  const ahead = (4 - (voxels.byteOffset % 4)) % 4; // voxels before the first whole word
  const whole = (voxels.length - ahead) >> 2;
  const words = whole > 0 ? new Uint32Array(voxels.buffer, voxels.byteOffset + ahead, whole) : new Uint32Array();
  for (let at = 0; at < voxels.length; ) {
    if (voxels[at] === 0) {
      at++;
      if (at < ahead || (at - ahead) % 4 !== 0) continue;
      let word = (at - ahead) / 4;
      while (word < words.length && words[word] === 0) word++;
      at = ahead + 4 * word;
      continue;
    }
    const label = voxels[at];
    const start = at;
    const lineEnd = start - (start % width) + width;
    do at++;
    while (at < lineEnd && voxels[at] === label);
    visit(label, start, at);
  }
}

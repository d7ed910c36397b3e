/**
 * The outline of one label in a slice as an SVG path along pixel edges: a step of the path wherever a voxel of the
 * label meets one that is not. `labels` is [height, width], row-major; pixel (x, y) covers x..x+1, y..y+1.
 */
export function outlinePath(labels: Uint8Array, width: number, height: number, label: number): string {
  const inside = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height && labels[y * width + x] === label;
  let path = '';
  for (let y = 0; y <= height; y++) {
    for (let x = 0; x <= width; x++) {
      if (inside(x, y) !== inside(x, y - 1)) path += `M${x} ${y}h1`;
      if (inside(x, y) !== inside(x - 1, y)) path += `M${x} ${y}v1`;
    }
  }
  return path;
}

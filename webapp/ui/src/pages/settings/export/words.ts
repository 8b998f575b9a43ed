/** A size in bytes as people read it: 812 bytes, 3.4 kB, 27 MB. */
export function sizeWords(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  const [size, unit] = [
    [bytes / 1e9, "GB"],
    [bytes / 1e6, "MB"],
    [bytes / 1e3, "kB"],
  ].find(([amount]) => (amount as number) >= 1) as [number, string];
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}

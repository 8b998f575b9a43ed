/** Data with some of the objects inside it changed, wherever they lie. */

type Change = (value: Record<string, unknown>) => Record<string, unknown> | undefined;

/**
 * The same data with every object changed for which `change` gives another; the very same data where it gives none.
 * What an object that was changed holds is not looked at.
 */
export function mapDeep(data: unknown, change: Change): unknown {
  if (typeof data !== "object" || data === null) return data;
  if (Array.isArray(data)) {
    const mapped = data.map((one) => mapDeep(one, change));
    return mapped.some((one, index) => one !== data[index]) ? mapped : data;
  }
  const value = data as Record<string, unknown>;
  const changed = change(value);
  if (changed !== undefined) return changed;
  let copy: Record<string, unknown> | null = null;
  for (const [name, part] of Object.entries(value)) {
    const mapped = mapDeep(part, change);
    if (mapped === part) continue;
    copy ??= { ...value };
    copy[name] = mapped;
  }
  return copy ?? data;
}

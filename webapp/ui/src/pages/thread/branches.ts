/** Answers in the order that one reads them: each followed by what answers it. */

interface Answer {
  id: string;
  parent: string | null;
}

export interface Branch<Item extends Answer> {
  post: Item;
  /** 0 for what answers the post itself; deeper ones are shown as far in as a phone has room for. */
  depth: number;
  /** Whether the next one answers this one. */
  goesOn: boolean;
}

const DEEPEST = 2;

/**
 * Order what answers a post (at any depth, oldest first). What answers something that is not shown comes at the end.
 * `fresh` ones come first, in their order: what one just wrote is right below where one wrote it.
 */
export function branchesOf<Item extends Answer>(
  root: string,
  items: readonly Item[],
  fresh: readonly string[] = [],
): Branch<Item>[] {
  const children = new Map<string, Item[]>();
  const unique = [...new Map(items.map((item) => [item.id, item])).values()];
  const known = new Set([root, ...unique.map((item) => item.id)]);
  const place = ({ id }: Item) => (fresh.includes(id) ? fresh.indexOf(id) : fresh.length);
  for (const item of unique.sort((one, other) => place(one) - place(other))) {
    const parent = item.parent !== null && known.has(item.parent) ? item.parent : root;
    children.set(parent, [...(children.get(parent) ?? []), item]);
  }
  const found: Branch<Item>[] = [];
  const stack = [...(children.get(root) ?? [])].reverse().map((post) => ({ post, depth: 0 }));
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { post, depth } = next;
    const below = children.get(post.id) ?? [];
    found.push({ post, depth: Math.min(depth, DEEPEST), goesOn: below.length > 0 });
    for (const child of [...below].reverse()) stack.push({ post: child, depth: depth + 1 });
  }
  return found;
}

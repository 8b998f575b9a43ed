/** What somebody searched for lately, in this browser alone. */

const PREFIX = "troth.searches";
const MOST = 8;
const LONGEST = 200;

const keyOf = (account: string) => `${PREFIX}.${account}`;

/** The newest first; none where nothing readable is kept. */
export function recentSearches(account: string): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(account)) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one === "string").slice(0, MOST) : [];
  } catch {
    return [];
  }
}

/** Keep a search as the newest; the same one again moves up. Returns what is kept now. */
export function keepSearch(account: string, query: string): string[] {
  const wanted = query.trim().slice(0, LONGEST);
  if (!wanted) return recentSearches(account);
  const others = recentSearches(account).filter((one) => one.toLowerCase() !== wanted.toLowerCase());
  return store(account, [wanted, ...others].slice(0, MOST));
}

/** Forget one search, or all of them. Returns what is kept now. */
export function forgetSearch(account: string, query?: string): string[] {
  return store(account, query === undefined ? [] : recentSearches(account).filter((one) => one !== query));
}

function store(account: string, searches: string[]): string[] {
  try {
    localStorage.setItem(keyOf(account), JSON.stringify(searches));
  } catch {
    // Without room in this browser they last as long as the page.
  }
  return searches;
}

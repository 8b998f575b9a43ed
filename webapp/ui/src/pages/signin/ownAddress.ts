/** Where a link says to go on, if that is an address of this site, as a browser would read it; else the start. */
export function ownAddress(next: string | null): string {
  if (!next?.startsWith("/") || !URL.canParse(next, location.origin)) return "/";
  const { origin, pathname, search, hash } = new URL(next, location.origin);
  return origin === location.origin && !pathname.startsWith("//") ? pathname + search + hash : "/";
}

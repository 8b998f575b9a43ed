/** The tab's title: how much is unread, where one is, and whose house this is. */

import { useEffect } from "react";

let page = "";
let unread = 0;

/** Name the page while a component is shown. */
export function useTitle(title: string): void {
  useEffect(() => {
    page = title;
    show();
  }, [title]);
}

/** Set how much is unread, over all pages. */
export function titleUnread(count: number): void {
  unread = count;
  show();
}

function show(): void {
  const count = unread > 0 ? `(${unread > 99 ? "99+" : unread}) ` : "";
  document.title = `${count}${page ? `${page} · ` : ""}Troth`;
}

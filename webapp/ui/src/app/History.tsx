/**
 * Addresses and the browser's history, for react-router's plain `Routes`. Its data router would be 17 kB more of the
 * first load, for loaders and actions that are TanStack Query's here.
 */

import { createContext, type ReactNode, use, useLayoutEffect, useState, useTransition } from "react";
import { UNSAFE_createBrowserHistory as browserHistory, type Navigator, Router } from "react-router";
import { keepScroll } from "./scroll";

const history = browserHistory({ v5Compat: true });

/** The browser's history that heeds `preventScrollReset` of links. */
const navigator: Navigator = {
  createHref: history.createHref,
  encodeLocation: history.encodeLocation,
  go: history.go,
  push(to, state, options) {
    keepScroll(options?.preventScrollReset);
    history.push(to, state);
  },
  replace(to, state, options) {
    keepScroll(options?.preventScrollReset);
    history.replace(to, state);
  },
};

const Loading = createContext(false);

/** Whether the code of the page that somebody went to is still on its way; the page before shows until then. */
export const useLoading = (): boolean => use(Loading);

/** What knows where one is. */
export function History({ children }: { children: ReactNode }) {
  const [{ action, location }, moved] = useState({ action: history.action, location: history.location });
  const [loading, begin] = useTransition();
  useLayoutEffect(() => history.listen((next) => begin(() => moved(next))), []);
  return (
    <Router location={location} navigationType={action} navigator={navigator}>
      <Loading value={loading}>{children}</Loading>
    </Router>
  );
}

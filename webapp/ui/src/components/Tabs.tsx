import type { ReactNode } from "react";
import { Link } from "react-router";
import css from "./Tabs.module.css";

export interface Tab {
  to: string;
  text: ReactNode;
  now: boolean;
}

interface Props {
  label: string;
  tabs: (Tab | false | null | undefined)[];
  /** Goes from tab to tab without filling the browser's history. */
  replace?: boolean;
}

/** The parts of a page. They are links, so that each part has an address of its own. */
export function Tabs({ label, tabs, replace }: Props) {
  return (
    <nav aria-label={label} className={css.bar}>
      <ul className="plain">
        {tabs.map(
          (tab) =>
            tab && (
              <li key={tab.to}>
                <Link
                  to={tab.to}
                  replace={replace}
                  preventScrollReset
                  aria-current={tab.now ? "page" : undefined}
                >
                  {tab.text}
                </Link>
              </li>
            ),
        )}
      </ul>
    </nav>
  );
}

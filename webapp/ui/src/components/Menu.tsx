import { Ellipsis } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { IconButton } from "./Button";
import css from "./Menu.module.css";

export interface MenuItem {
  text: string;
  icon?: ReactNode;
  danger?: boolean;
  run: () => void;
}

interface Props {
  label: string;
  items: (MenuItem | null | false | undefined)[];
  /** It opens upwards, where there is no room below. */
  up?: boolean;
  /** What opens it, instead of three dots. */
  children?: ReactNode;
}

/** A menu behind a button: arrows, Home, End and Escape work in it. */
export function Menu({ label, items, up, children }: Props) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    buttonsOf(list.current)[0]?.focus();
    const outside = (event: Event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);
  const close = () => {
    setOpen(false);
    root.current?.querySelector("button")?.focus();
  };
  const move = (event: KeyboardEvent) => {
    const buttons = buttonsOf(list.current);
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") close();
    if (event.key === "Escape" || to !== undefined) event.preventDefault();
    if (to !== undefined) buttons[(to + buttons.length) % buttons.length]?.focus();
  };
  return (
    <div ref={root} className={css.root}>
      <IconButton label={label} aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(!open)}>
        {children ?? <Ellipsis size={20} />}
      </IconButton>
      {open && (
        <div
          ref={list}
          role="menu"
          aria-label={label}
          className={`${css.menu} ${up ? css.up : ""}`}
          tabIndex={-1}
          onKeyDown={move}
        >
          {items.map(
            (item) =>
              item && (
                <button
                  key={item.text}
                  type="button"
                  role="menuitem"
                  tabIndex={-1}
                  className={item.danger ? css.danger : undefined}
                  onClick={() => {
                    close();
                    item.run();
                  }}
                >
                  {item.icon}
                  {item.text}
                </button>
              ),
          )}
        </div>
      )}
    </div>
  );
}

function buttonsOf(list: HTMLElement | null): HTMLButtonElement[] {
  return list ? [...list.querySelectorAll("button")] : [];
}

import type { ButtonHTMLAttributes, ReactNode } from "react";
import { Link, type LinkProps } from "react-router";
import css from "./Button.module.css";

export type ButtonKind = "primary" | "quiet" | "outline" | "danger";

interface Common {
  kind?: ButtonKind;
  size?: "m" | "s";
  icon?: ReactNode;
  wide?: boolean;
}

interface Props extends ButtonHTMLAttributes<HTMLButtonElement>, Common {
  /** Shows that the act is under way, and takes no second press. */
  busy?: boolean;
}

/** A button. `busy` keeps its width and its place in the tab order. */
export function Button({
  kind = "outline",
  size = "m",
  icon,
  wide,
  busy,
  children,
  onClick,
  ...rest
}: Props) {
  return (
    <button
      type="button"
      {...rest}
      className={look({ kind, size, wide })}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
    >
      {busy ? <span className={css.spinner} aria-hidden="true" /> : icon}
      {children}
    </button>
  );
}

/** A link that looks like a button. */
export function ButtonLink({
  kind = "outline",
  size = "m",
  icon,
  wide,
  children,
  ...rest
}: Omit<LinkProps, "className"> & Common) {
  return (
    <Link {...rest} className={look({ kind, size, wide })}>
      {icon}
      {children}
    </Link>
  );
}

interface IconProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  label: string;
  children: ReactNode;
}

/** A button that is an icon alone; `label` is what it is called. */
export function IconButton({ label, children, ...rest }: IconProps) {
  return (
    <button type="button" {...rest} className={css.icon} aria-label={label} title={label}>
      {children}
    </button>
  );
}

function look({ kind, size, wide }: { kind: ButtonKind; size: string; wide: boolean | undefined }): string {
  return [css.button, css[kind], size === "s" && css.small, wide && css.wide].filter(Boolean).join(" ");
}

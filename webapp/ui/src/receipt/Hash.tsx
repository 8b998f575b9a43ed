import { Check, Copy } from "lucide-react";
import { useState } from "react";
import css from "./Hash.module.css";

/** A long value, whole, with a button that copies it. */
export function Hash({ value, name }: { value: string; name: string }) {
  return (
    <span className={css.hash}>
      <code>{value}</code>
      <CopyButton value={value} name={name} />
    </span>
  );
}

/** Copies a value; says so for a moment. */
export function CopyButton({ value, name }: { value: string; name: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
      setTimeout(() => setCopied(false), 2_000);
    } catch {
      // The browser does not allow it here; the value stands there to be marked.
    }
  };
  return (
    <button
      type="button"
      className={css.copy}
      onClick={copy}
      aria-label={`Copy ${name}`}
      title={`Copy ${name}`}
    >
      {copied ? <Check size={16} aria-hidden="true" /> : <Copy size={16} aria-hidden="true" />}
      <span role="status" className="visually-hidden">
        {copied ? "Copied" : ""}
      </span>
    </button>
  );
}

/** The beginning and the end of a hash, for where a whole one has no room. */
export function short(value: string): string {
  return `${value.slice(0, 8)}…${value.slice(-6)}`;
}

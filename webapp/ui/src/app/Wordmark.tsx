/** Troth's mark: a T whose foot is a check. */
export function Wordmark() {
  return (
    <svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="9" fill="var(--accent)" />
      <path
        d="M8 9.5h16M16 9.5v9"
        stroke="var(--on-accent)"
        strokeWidth="3"
        strokeLinecap="round"
        fill="none"
      />
      <path
        d="M10.5 19.5l4.2 4.2 7.8-8"
        stroke="var(--on-accent)"
        strokeWidth="3"
        strokeLinecap="round"
        strokeLinejoin="round"
        fill="none"
      />
    </svg>
  );
}

import css from "./Skeleton.module.css";

/** The shape of what is coming, while it is loading. */
export function Skeleton({ rows = 3, label = "Loading" }: { rows?: number; label?: string }) {
  return (
    <div className={css.list} role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have nothing else to be told apart by
        <div key={row} className={css.row} aria-hidden="true">
          <span className={css.dot} />
          <span className={css.lines}>
            <i />
            <i />
            <i />
          </span>
        </div>
      ))}
    </div>
  );
}

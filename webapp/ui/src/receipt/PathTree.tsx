import { useId } from "react";
import type { Hex, PathStep } from "../proof";
import { short } from "./Hash";
import css from "./PathTree.module.css";

interface Props {
  leaf: Hex;
  steps: PathStep[];
  /** What the file states; null before it is anchored. */
  root: Hex | null;
}

const ROW = 46;
const WIDTH = 320;
const LEFT = 16;
const RIGHT = 186;
const TOP = 26;

/** The path from the entry's leaf up to the root: each node with its sibling, the parent above them. */
export function PathTree({ leaf, steps, root }: Props) {
  const id = useId();
  const end = steps.at(-1)?.parent ?? leaf;
  const wrong = root !== null && end !== root;
  const height = TOP + steps.length * ROW + 30;
  const y = (level: number) => TOP + (steps.length - level) * ROW;
  return (
    <figure className={css.figure}>
      <svg
        viewBox={`0 0 ${WIDTH} ${height}`}
        role="img"
        aria-labelledby={`${id}-title`}
        aria-describedby={`${id}-about`}
        className={css.tree}
        style={{ maxWidth: WIDTH }}
      >
        <title id={`${id}-title`}>Path from the entry to the root</title>
        <desc id={`${id}-about`}>
          {`${steps.length} ${steps.length === 1 ? "step" : "steps"} from the leaf ${short(leaf)} lead to ${short(end)}, `}
          {root === null
            ? "not anchored yet."
            : wrong
              ? `which is not the root ${short(root)}.`
              : "which is the root."}
        </desc>
        {steps.map((step, level) => (
          <g key={step.parent}>
            <path className={css.taken} d={`M${LEFT} ${y(level)} V${y(level + 1)}`} />
            <path
              className={css.joined}
              d={`M${RIGHT} ${y(level)} V${y(level) - 14} Q${RIGHT} ${y(level) - 23} ${RIGHT - 12} ${y(level) - 23} H${LEFT}`}
            />
            <circle className={css.sibling} cx={RIGHT} cy={y(level)} r="5" />
            <text x={RIGHT + 12} y={y(level) + 4} className={css.faint}>
              {short(step.sibling)}
            </text>
          </g>
        ))}
        {[leaf, ...steps.map(({ parent }) => parent)].map((node, level) => (
          <g key={node} className={level === steps.length && wrong ? css.wrong : undefined}>
            <circle
              className={css.node}
              cx={LEFT}
              cy={y(level)}
              r={level === 0 || level === steps.length ? 7 : 5}
            />
            <text x={LEFT + 14} y={y(level) + 4} className={css.label}>
              {short(node)}
            </text>
            <text x={LEFT + 14} y={y(level) + 17} className={css.name}>
              {nameOf(level, steps.length, root)}
            </text>
          </g>
        ))}
      </svg>
      {wrong && root && (
        <p className={css.problem}>The root in the file is {short(root)}: the path does not lead there.</p>
      )}
      <details>
        <summary>The path in full</summary>
        <ol className={css.full}>
          <li>
            leaf <code>{leaf}</code>
          </li>
          {steps.map((step) => (
            <li key={step.parent}>
              with <code>{step.sibling}</code> gives <code>{step.parent}</code>
            </li>
          ))}
        </ol>
      </details>
    </figure>
  );
}

function nameOf(level: number, height: number, root: Hex | null): string {
  if (level === height && root !== null) return height === 0 ? "leaf and root" : "root";
  return level === 0 ? "leaf of this entry" : "";
}

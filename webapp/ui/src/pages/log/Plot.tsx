import { type RefObject, useId, useLayoutEffect, useRef, useState } from "react";
import { places, spellNumber, ticksTo } from "./figures";
import css from "./Plot.module.css";

export interface Point {
  /** The batch's sequence. */
  x: number;
  /** Null: not known yet, so nothing is drawn. */
  y: number | null;
}

interface Props {
  title: string;
  /** Of the upright axis, for instance "seconds". */
  unit: string;
  points: Point[];
  /** Bars for counts of things, dots for measures. */
  shape: "bars" | "dots";
  middle: number | null;
}

const HEIGHT = 190;
const EDGE = { left: 52, right: 12, top: 26, bottom: 38 };
const INNER_HEIGHT = HEIGHT - EDGE.top - EDGE.bottom;

/** A plot over batches, from zero. The table beneath the plots holds the same numbers. */
export function Plot({ title, unit, points, shape, middle }: Props) {
  const id = useId();
  const [figure, width] = useWidth();
  const inner = width - EDGE.left - EDGE.right;
  const known = points.filter((point): point is { x: number; y: number } => point.y !== null);
  const first = points[0]?.x ?? 0;
  const last = points.at(-1)?.x ?? 0;
  const ticks = ticksTo(Math.max(0, ...known.map(({ y }) => y)), 4, shape === "bars" ? 1 : 0);
  const highest = ticks.at(-1) ?? 1;
  const slot = inner / Math.max(1, last - first + 1);
  const atX = (x: number) => EDGE.left + (x - first + 0.5) * slot;
  const atY = (y: number) => EDGE.top + INNER_HEIGHT * (1 - y / highest);
  return (
    <figure className={css.figure} ref={figure}>
      <svg
        viewBox={`0 0 ${width} ${HEIGHT}`}
        role="img"
        aria-labelledby={`${id}-title`}
        aria-describedby={`${id}-about`}
      >
        <title id={`${id}-title`}>{title}</title>
        <desc id={`${id}-about`}>{describe(unit, known, middle, first, last)}</desc>
        <text x="0" y="13" className={css.title}>
          {title}
          <tspan className={css.unit}>{`  ${unit}`}</tspan>
        </text>
        {ticks.map((tick) => (
          <g key={tick}>
            <line
              className={tick === 0 ? css.base : css.line}
              x1={EDGE.left}
              x2={width - EDGE.right}
              y1={atY(tick)}
              y2={atY(tick)}
            />
            <text x={EDGE.left - 8} y={atY(tick) + 4} textAnchor="end" className={css.tick}>
              {spellNumber(tick)}
            </text>
          </g>
        ))}
        {known.map(({ x, y }) => (
          <g key={x}>
            <title>{`Batch ${x}: ${spellNumber(y)} ${unit}`}</title>
            {shape === "bars" ? (
              <rect
                className={css.bar}
                x={atX(x) - barWidth(slot) / 2}
                width={barWidth(slot)}
                y={atY(y)}
                height={Math.max(1, atY(0) - atY(y))}
                rx="1"
              />
            ) : (
              <circle className={css.dot} cx={atX(x)} cy={atY(y)} r="3.5" />
            )}
          </g>
        ))}
        {middle !== null && shape === "dots" && (
          <g>
            <line
              className={css.middle}
              x1={EDGE.left}
              x2={width - EDGE.right}
              y1={atY(middle)}
              y2={atY(middle)}
            />
            <text x={width - EDGE.right} y={atY(middle) - 5} textAnchor="end" className={css.tick}>
              median {spellNumber(middle)}
            </text>
          </g>
        )}
        {places(first, last, width < 400 ? 4 : 8).map((place) => (
          <text key={place} x={atX(place)} y={HEIGHT - 20} textAnchor="middle" className={css.tick}>
            {place}
          </text>
        ))}
        <text x={EDGE.left + inner / 2} y={HEIGHT - 3} textAnchor="middle" className={css.tick}>
          batch
        </text>
      </svg>
      {known.length === 0 && <figcaption>No numbers yet.</figcaption>}
    </figure>
  );
}

/** As wide as there is room, so that words keep their size. */
function useWidth(): [RefObject<HTMLElement | null>, number] {
  const ref = useRef<HTMLElement | null>(null);
  const [width, setWidth] = useState(560);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const watch = new ResizeObserver(() => setWidth(Math.max(260, element.clientWidth)));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  return [ref, width];
}

const barWidth = (slot: number) => Math.max(1, Math.min(24, slot * 0.7));

function describe(
  unit: string,
  known: { y: number }[],
  middle: number | null,
  first: number,
  last: number,
): string {
  if (known.length === 0 || middle === null) return "There are no numbers yet.";
  const values = known.map(({ y }) => y);
  const [low, high] = [Math.min(...values), Math.max(...values)].map(spellNumber);
  return `Batches ${first} to ${last}: from ${low} to ${high} ${unit}, median ${spellNumber(middle)}. The table below has each.`;
}

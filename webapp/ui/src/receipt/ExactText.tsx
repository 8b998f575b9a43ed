import css from "./ExactText.module.css";
import { piecesOf, sizeOf } from "./invisible";

/** A text exactly as it was signed; what cannot be seen is named where it stands. */
export function ExactText({ text, label }: { text: string; label: string }) {
  const { characters, bytes, hidden } = sizeOf(text);
  return (
    <figure className={css.figure} aria-label={label}>
      <blockquote className={css.text} dir="auto">
        {text === "" && <em>(empty)</em>}
        {piecesOf(text).map(({ text: piece, mark }, index) =>
          mark === undefined ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: pieces have a place and nothing else
            <span key={index}>{piece}</span>
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: pieces have a place and nothing else
            <bdi key={index} className={css.mark}>
              {mark}
            </bdi>
          ),
        )}
      </blockquote>
      <figcaption>
        {count(characters, "character")}, {count(bytes, "byte")} in UTF-8
        {hidden > 0 && <strong>, {hidden} of them invisible: marked where they stand</strong>}
      </figcaption>
    </figure>
  );
}

function count(number: number, word: string): string {
  return `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;
}

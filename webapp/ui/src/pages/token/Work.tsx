import { TokenPicture } from "../../components/tokens/TokenPicture";
import { textOf } from "../../lib/tokens";
import css from "./token.module.css";

/** What a token shows and says: as its maker wrote it, and nobody checked. */
export function Work({ metadata, name }: { metadata: Record<string, unknown> | null; name: string }) {
  const text = textOf(metadata);
  return (
    <section aria-label="The work">
      <TokenPicture text={text} alt={name} whole />
      <div className={css.part}>
        {text.description && (
          <p className={css.description} dir="auto">
            {text.description}
          </p>
        )}
        {text.link && (
          <p>
            <a href={text.link} target="_blank" rel="noopener noreferrer nofollow ugc">
              {text.link.replace(/^https:\/\//, "")}
            </a>
          </p>
        )}
        {text.attributes.length > 0 && (
          <dl className={css.attributes}>
            {text.attributes.map(({ name: trait, value }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a maker may write the same one twice
              <div key={index}>
                <dt>{trait}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        )}
      </div>
    </section>
  );
}

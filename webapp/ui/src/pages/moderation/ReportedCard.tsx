import { EyeOff, UserX } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { Avatar } from "../../components/Avatar";
import { Button } from "../../components/Button";
import { nameOf, PersonName } from "../../components/Person";
import { Time } from "../../components/Time";
import { tokenPath } from "../../lib/paths";
import { nameOfToken, textOf } from "../../lib/tokens";
import type { Order, Reported } from "../../queries/moderation";
import { shortAddress } from "../../wallet/names";
import { DecisionDialog } from "./DecisionDialog";
import css from "./moderation.module.css";
import { Opened } from "./Opened";
import { ACTS, actText, choicesFor, REASONS, TYPES } from "./words";

/** Everything that was reported about one subject, what it is, and what can be decided. `whole`: on its own page. */
export function ReportedCard({ item, whole }: { item: Reported; whole?: boolean }) {
  const [choice, setChoice] = useState<Pick<Order, "act" | "type" | "subject"> | null>(null);
  const reports = whole ? item.reports : item.reports.filter((one) => one.text).slice(0, 2);
  return (
    <article className={css.card} aria-label={`${TYPES[item.type]} by ${nameOf(item.profile)}`}>
      <header className={css.cardHead}>
        <Avatar card={item.profile} size="s" />
        <PersonName card={item.profile} />
        <span className={css.mark}>{TYPES[item.type] ?? item.type}</span>
        {item.suspended_at && (
          <span className={css.bad}>
            <UserX aria-hidden="true" /> Suspended
          </span>
        )}
        {(item.post?.hidden_at ?? item.asset?.hidden_at) && (
          <span className={css.bad}>
            <EyeOff aria-hidden="true" /> Hidden
          </span>
        )}
        {item.last_at && <Time at={item.last_at} className={css.time} />}
      </header>
      <What item={item} whole={whole} />
      <ul className={`plain ${css.reasons}`} aria-label="Reported for">
        {Object.entries(item.reasons).map(([reason, count]) => (
          <li key={reason}>
            {REASONS[reason] ?? reason} <strong>{String(count)}</strong>
          </li>
        ))}
      </ul>
      {reports.length > 0 && (
        <ul className={`plain ${css.words}`} aria-label="What was said about it">
          {reports.map((one) => (
            <li key={one.id}>
              <span dir="auto">{one.text || "No words with it"}</span>{" "}
              <small>
                {REASONS[one.reason] ?? one.reason}
                {one.created_at && (
                  <>
                    , <Time at={one.created_at} />
                  </>
                )}
                {one.closed_at && ", closed"}
              </small>
            </li>
          ))}
        </ul>
      )}
      <footer className={css.acts}>
        {choicesFor(item).map((one) => (
          <Button
            key={one.act}
            size="s"
            kind={ACTS[one.act].danger ? "danger" : "outline"}
            onClick={() => setChoice(one)}
          >
            {actText(one.act, one.type)}
          </Button>
        ))}
        {!whole && (
          <Link
            to={`/moderation/subjects/${item.account}/${item.type}/${item.subject}`}
            aria-label={`All about this: ${countWords(item)}`}
          >
            {countWords(item)}
          </Link>
        )}
      </footer>
      {choice && (
        <DecisionDialog choice={choice} name={nameOf(item.profile)} onClose={() => setChoice(null)} />
      )}
    </article>
  );
}

function countWords({ open, total }: Reported): string {
  const all = total === 1 ? "1 report" : `${total} reports`;
  return open === 0 ? `${all}, closed` : open === total ? all : `${all}, ${open} open`;
}

function What({ item, whole }: { item: Reported; whole?: boolean }) {
  if (item.type === "message") {
    return (
      <>
        <p className={css.about}>
          A private message
          {item.message?.created_at && (
            <>
              , written <Time at={item.message.created_at} />
            </>
          )}
          .{" "}
          {item.message?.deleted_at
            ? "It was deleted since."
            : "What it says is shown after you say why you read it."}
        </p>
        {whole && !item.message?.deleted_at && <Opened message={item.subject} />}
      </>
    );
  }
  if (item.asset) return <Token asset={item.asset} />;
  if (!item.post) return <p className={css.about}>The person as a whole: profile, and how they behave.</p>;
  const { text, media, audience, deleted_at } = item.post;
  if (deleted_at) return <p className={css.about}>The post was deleted by its author.</p>;
  return (
    <div className={css.quote}>
      <p dir="auto" className={whole ? undefined : css.clamp}>
        {text || "A post without text"}
      </p>
      <p className={css.about}>
        {audience === "followers" ? "For followers" : "Public"}
        {media.length > 0 && `, ${media.length === 1 ? "1 file" : `${media.length} files`}: ${altsOf(media)}`}
      </p>
    </div>
  );
}

function Token({ asset }: { asset: NonNullable<Reported["asset"]> }) {
  const number = asset.token_id ?? "";
  return (
    <p className={css.quote}>
      <Link to={tokenPath(number)}>{nameOfToken(textOf(asset.metadata), number)}</Link>
      <span className={css.about}>
        Made by {shortAddress(asset.creator)}, held by {shortAddress(asset.owner)}
      </span>
    </p>
  );
}

function altsOf(media: { [key: string]: unknown }[]): string {
  return media
    .map((one) => (typeof one.alt === "string" && one.alt ? `“${one.alt}”` : "not described"))
    .join(", ");
}

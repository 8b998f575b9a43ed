import { Clock, Gem, Wallet } from "lucide-react";
import type { ReactNode } from "react";
import type { PendingPost } from "../../queries/pending";
import { shortAddress } from "../../wallet/names";
import type { Stage } from "../../wallet/signing";
import { useSlow } from "../../wallet/useSlow";
import { Avatar } from "../Avatar";
import { PersonName } from "../Person";
import { RichText } from "../RichText";
import { Time } from "../Time";
import { Marks } from "./Marks";
import { Media } from "./Media";
import own from "./PendingCard.module.css";
import css from "./PostCard.module.css";
import { Quoted } from "./Quoted";

const STAGES: Record<Stage, { icon: ReactNode; text: string }> = {
  sending: { icon: <Clock aria-hidden="true" />, text: "Being sent…" },
  wallet: { icon: <Wallet aria-hidden="true" />, text: "Waits for your wallet…" },
};

/** A device signs most posts, and the chain is asked about a contract wallet's signature alone: it may be either. */
const STILL_SENDING =
  "Still being sent. A contract wallet's signature takes longer: the chain is asked about it.";

/**
 * One's own post on its way, where it will stand. It is no article yet: there is nothing to open, to like or to answer.
 */
export function PendingCard({ post }: { post: PendingPost }) {
  const { draft, quotes, edits, signed, stage } = post;
  const author = named(post.author);
  const { icon, text } = STAGES[stage];
  const slow = useSlow(signed && stage === "sending");
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div
      className={css.card}
      role="group"
      aria-label={edits ? "Your edit, on its way" : "Your post, on its way"}
    >
      <div className={css.side}>
        <Avatar card={post.author} />
      </div>
      <div className={css.body}>
        <header className={css.head}>
          <PersonName card={author} />
          <span aria-hidden="true">·</span>
          <span className={css.time}>
            <Time at={post.at} />
          </span>
          <Marks post={{ id: post.id, signed, audience: draft.audience, edited_at: null }} />
        </header>
        {draft.text && (
          <p className={css.text} dir="auto">
            <RichText text={draft.text} />
          </p>
        )}
        <Media items={draft.media} />
        {draft.tokens.map(({ asset, name }) => (
          <p key={asset} className={own.token}>
            <Gem aria-hidden="true" />
            <bdi>{name}</bdi>
          </p>
        ))}
        {quotes && <Quoted id={quotes.id} content={quotes.content} />}
        <p className={own.stage} role="status">
          {icon}
          {slow ? STILL_SENDING : text}
        </p>
      </div>
    </div>
  );
}

/** Who has neither name nor handle is called by their address, as in every post. */
function named(author: PendingPost["author"]) {
  const signer = author.authors.find(({ signs }) => signs);
  return author.name || author.handle || !signer ? author : { ...author, name: shortAddress(signer.address) };
}

import { Link, useLocation } from "react-router";
import { SessionEndedError, sentenceOf } from "../../api/problem";
import type { Post } from "../../api/types";
import { postPath } from "../../lib/paths";
import { ArrivedBeforeError } from "../../queries/publish";
import { WalletStoppedError } from "../../wallet/asking";
import type { Stage } from "../../wallet/signing";
import { Button } from "../Button";
import css from "./Composer.module.css";

const ON_ITS_WAY: Record<Stage, string> = {
  sending: "It is on its way, and shown already.",
  wallet: "It waits for your wallet, and is shown already.",
};

interface Props {
  error: unknown;
  /** What did not happen: "posted", or "saved" of an edit. */
  deed: string;
  kept: boolean;
  refused: string[];
  /** How far it is, while it is on its way. */
  stage: Stage | undefined;
  /** Makes the words that had changed a post of their own, where there is room for them. */
  onTakeBack: ((arrived: Post) => void) | undefined;
}

/** What went wrong, in place; the text stays as it is. */
export function Trouble({ error, deed, kept, refused, stage, onTakeBack }: Props) {
  return (
    <div className={css.trouble} role="status">
      {stage && <p className="visually-hidden">{ON_ITS_WAY[stage]}</p>}
      {refused.map((text) => (
        <p key={text}>{text}</p>
      ))}
      {!kept && <p>This browser cannot keep drafts: publish before you close the page.</p>}
      {error ? <Failure error={error} deed={deed} onTakeBack={onTakeBack} /> : null}
    </div>
  );
}

function Failure({ error, deed, onTakeBack }: Pick<Props, "error" | "deed" | "onTakeBack">) {
  const { pathname, search } = useLocation();
  if (error instanceof SessionEndedError)
    return (
      <p>
        Your session has ended; the text is kept.{" "}
        <Link to={`/signin?next=${encodeURIComponent(pathname + search)}`}>Sign in again</Link>
      </p>
    );
  if (error instanceof WalletStoppedError)
    return <p className={css.neutral}>Not signed, so not {deed}; the text is kept.</p>;
  if (error instanceof ArrivedBeforeError)
    return (
      <p className={css.neutral}>
        {error.message} <Link to={`${postPath(error.post.id)}/edit`}>Edit it</Link>
        {onTakeBack && (
          <>
            {" or "}
            <Button kind="quiet" size="s" onClick={() => onTakeBack(error.post)}>
              Make a new post of them
            </Button>
          </>
        )}
      </p>
    );
  return (
    <p>
      Not {deed}: {sentenceOf(error)}
    </p>
  );
}

import { useQuery } from "@tanstack/react-query";
import { Navigate, useNavigate, useSearchParams } from "react-router";
import { sentenceOf } from "../../api/problem";
import type { Post } from "../../api/types";
import { Button, ButtonLink } from "../../components/Button";
import { Composer } from "../../components/composer/Composer";
import { Empty } from "../../components/Empty";
import { PageTitle } from "../../components/PageTitle";
import { Skeleton } from "../../components/Skeleton";
import { postPath } from "../../lib/paths";
import { isAbsent, postQuery } from "../../queries/posts";
import { useMe } from "../../session/session";

/** A page for writing alone: on a phone, and for quotes. */
export function Component() {
  const me = useMe();
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const quote = params.get("quote") ?? "";
  const {
    data: quotes,
    error,
    isLoading,
    refetch,
  } = useQuery({ ...postQuery(quote), enabled: quote !== "" });
  if (me === null)
    return <Navigate to={`/signin?next=${encodeURIComponent(`/posts/new?${params}`)}`} replace />;
  return (
    <>
      <PageTitle title={quote ? "Quote" : "Write"} back="/" />
      {me === undefined || isLoading ? (
        <Skeleton rows={1} />
      ) : quote && !isQuotable(quotes) ? (
        <NotQuotable error={error} onAgain={() => void refetch()} />
      ) : (
        <Composer
          me={me}
          place={quote ? `quote:${quote}` : "new"}
          quotes={quotes ?? null}
          autoFocus
          alone
          onDone={(post) => navigate(postPath(post.id), { replace: true })}
        />
      )}
    </>
  );
}

const isQuotable = (post: Post | undefined): boolean => post !== undefined && post.deleted_at === null;

/** Nothing is posted as a quote that would quote nothing. */
function NotQuotable({ error, onAgain }: { error: unknown; onAgain: () => void }) {
  if (error && !isAbsent(error)) {
    return (
      <Empty title="The quoted post could not be loaded" text={sentenceOf(error)}>
        <Button onClick={onAgain}>Try again</Button>
      </Empty>
    );
  }
  return (
    <Empty title="There is nothing to quote" text="The post was erased, or is not here for you.">
      <ButtonLink to="/posts/new">Write a post</ButtonLink>
    </Empty>
  );
}

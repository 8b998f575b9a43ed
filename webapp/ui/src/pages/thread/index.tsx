import { useInfiniteQuery } from "@tanstack/react-query";
import { SearchX } from "lucide-react";
import { useEffect, useRef } from "react";
import { Link, useLocation, useNavigationType, useParams } from "react-router";
import { sentenceOf } from "../../api/problem";
import type { Post } from "../../api/types";
import { Button } from "../../components/Button";
import { Composer } from "../../components/composer/Composer";
import { Empty } from "../../components/Empty";
import { PageTitle } from "../../components/PageTitle";
import { nameOf } from "../../components/Person";
import { PendingCard } from "../../components/post/PendingCard";
import { PostCard } from "../../components/post/PostCard";
import { Skeleton } from "../../components/Skeleton";
import { isAbsent, threadQuery } from "../../queries/posts";
import { useMe } from "../../session/session";
import { shortAddress } from "../../wallet/names";
import css from "./thread.module.css";
import { useAnswers } from "./useAnswers";

export function Component() {
  const { post: id = "" } = useParams();
  return <ThreadOf key={id} id={id} />;
}

/** A post with what it answers above it, and what answers it below. */
function ThreadOf({ id }: { id: string }) {
  const query = useInfiniteQuery(threadQuery(id));
  const focal = useRef<HTMLDivElement>(null);
  const first = query.data?.pages[0];
  const answers = useAnswers(id, query.data?.pages);
  const above = first?.ancestors.length ?? 0;
  const { key } = useLocation();
  // Back leads to where one was; coming here leads to the post itself.
  const came = useNavigationType() !== "POP" || key === "default";
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each time that one comes here
  useEffect(() => {
    if (above > 0 && came) focal.current?.scrollIntoView({ block: "start" });
  }, [above > 0, key]);
  if (query.isPending)
    return (
      <Frame>
        <Skeleton rows={4} />
      </Frame>
    );
  if (!first)
    return (
      <Frame>
        <Failed error={query.error} onAgain={() => void query.refetch()} />
      </Frame>
    );
  return (
    <Frame title={titleOf(first.post)}>
      {first.ancestors.map((post) => (
        <PostCard key={post.id} post={post} line />
      ))}
      <div ref={focal} className={css.focal}>
        <PostCard post={first.post} focal />
      </div>
      <Reply post={first.post} />
      {answers.map(({ post, depth, goesOn }) => (
        <div key={post.id} className={css.answer} data-depth={depth}>
          {"stage" in post ? <PendingCard post={post} /> : <PostCard post={post} line={goesOn} />}
        </div>
      ))}
      {query.hasNextPage && (
        <div className={css.more}>
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            More answers
          </Button>
        </div>
      )}
    </Frame>
  );
}

function Frame({ title = "Post", children }: { title?: string; children: React.ReactNode }) {
  return (
    <>
      <PageTitle title={title} back="/" />
      {children}
    </>
  );
}

function titleOf({ profile, author }: Post): string {
  return profile
    ? `Post by ${profile.name || profile.handle ? nameOf(profile) : shortAddress(author)}`
    : "Post";
}

function Failed({ error, onAgain }: { error: unknown; onAgain: () => void }) {
  if (isAbsent(error)) {
    return (
      <Empty
        icon={<SearchX size={36} />}
        title="There is no such post here"
        text="It may never have been, or be for followers of its author only."
      >
        <Link to="/">To the start</Link>
      </Empty>
    );
  }
  return (
    <Empty title="The post could not be loaded" text={sentenceOf(error)}>
      <Button onClick={onAgain}>Try again</Button>
    </Empty>
  );
}

function Reply({ post }: { post: Post }) {
  const me = useMe();
  const { hash, pathname } = useLocation();
  if (post.deleted_at !== null) return null;
  if (!me) {
    return me === null ? (
      <p className={css.signIn}>
        <Link to={`/signin?next=${encodeURIComponent(pathname)}`}>Sign in</Link> to answer.
      </p>
    ) : null;
  }
  return (
    <div id="reply">
      <Composer
        me={me}
        place={`reply:${post.id}`}
        replyTo={post}
        start={{ audience: post.audience }}
        autoFocus={hash === "#reply"}
      />
    </div>
  );
}

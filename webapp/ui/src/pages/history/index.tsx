import { useQuery } from "@tanstack/react-query";
import { diffWordsWithSpace } from "diff";
import { Link, useParams } from "react-router";
import { api, take } from "../../api/client";
import { isCode, sentenceOf } from "../../api/problem";
import type { Post } from "../../api/types";
import { Button } from "../../components/Button";
import { Empty } from "../../components/Empty";
import { PageTitle } from "../../components/PageTitle";
import { Skeleton } from "../../components/Skeleton";
import { postPath } from "../../lib/paths";
import { exactTime } from "../../lib/time";
import { postQuery } from "../../queries/posts";
import css from "./history.module.css";

const SOON_MS = 2_500;

interface Version {
  type: string;
  message: { text: string; media: { alt: string }[]; audience: string } | null;
  entry: { content: string; sequence: number };
  anchor: { block: { time: number } } | null;
}

/** Every version of a post that has a place in the log, with what changed from one to the next. */
export function Component() {
  const { post: post_id = "" } = useParams();
  const { data: post } = useQuery(postQuery(post_id));
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["history", post_id],
    queryFn: async () => {
      const call = api.GET("/api/v1/posts/{post_id}/history", { params: { path: { post_id } } });
      return ((await take<unknown>(call)) as { items: Version[] }).items;
    },
    // A version has a place in the log a moment after it was written: it is looked for until it is there.
    refetchInterval: ({ state }) => (isWhole(state.data, post) ? false : SOON_MS),
  });
  const waits = isCode(error, "not_sealed");
  return (
    <>
      <PageTitle title="Every version" back={postPath(post_id)} />
      {isPending && <Skeleton rows={3} />}
      {error && (
        <Empty
          title={waits ? "Not in the log yet" : "The versions could not be loaded"}
          text={sentenceOf(error)}
        >
          <Button onClick={() => void refetch()}>Look again</Button>
        </Empty>
      )}
      {data && post && !isWhole(data, post) && (
        <p className={css.waits} role="status">
          The newest version is not in the log yet. It comes with the next batch.
        </p>
      )}
      <ol className={css.list}>
        {data?.map((version, index) => (
          <li key={version.entry.content}>
            <Heading version={version} number={index + 1} post={post_id} />
            <Change from={data[index - 1]?.message?.text} version={version} />
          </li>
        ))}
      </ol>
    </>
  );
}

/** Whether the newest version is among those of the log. */
function isWhole(versions: Version[] | undefined, post: Post | undefined): boolean {
  if (!versions || !post) return versions !== undefined;
  const newest = versions.at(-1);
  return post.deleted_at !== null ? newest?.type === "Deletion" : newest?.entry.content === post.content;
}

function Heading({ version, number, post }: { version: Version; number: number; post: string }) {
  const time = version.anchor ? new Date(version.anchor.block.time * 1000).toISOString() : null;
  return (
    <header className={css.head}>
      <h2>
        {version.type === "Deletion" ? "Deleted" : number === 1 ? "First version" : `Version ${number}`}
      </h2>
      <p>
        {time ? `In the log not after ${exactTime(time)}` : "On its way to the chain"} ·{" "}
        <Link to={`${postPath(post)}/receipt?content=${version.entry.content}`}>receipt</Link>
      </p>
    </header>
  );
}

function Change({ from, version }: { from: string | undefined; version: Version }) {
  if (version.type === "Deletion")
    return <p className={css.gone}>Text and media were erased; the commitment remains.</p>;
  if (version.message === null) return <p className={css.gone}>Erased; the commitment remains.</p>;
  const { text, media } = version.message;
  let at = 0;
  return (
    <>
      <p className={css.text} dir="auto">
        {from === undefined
          ? text
          : diffWordsWithSpace(from, text).map((part) => {
              at += 1;
              if (part.added) return <ins key={at}>{part.value}</ins>;
              return part.removed ? <del key={at}>{part.value}</del> : part.value;
            })}
      </p>
      {media.length > 0 && (
        <p className={css.gone}>With {media.length === 1 ? "1 file" : `${media.length} files`}</p>
      )}
    </>
  );
}
